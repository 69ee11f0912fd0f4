from vatio.optimise.model.trials._work import Watch


def stuck_after(used, *, seconds=200):
    """Look twenty times a second; ``used`` gives the CPU-seconds by then. Tells when it is called stuck."""
    now = [0.0]
    watch = Watch(clock=lambda: now[0])
    while now[0] < seconds:
        now[0] += 0.05
        if watch.is_stuck(used(now[0])):
            return now[0]
    return None


def test_what_computes_is_not_stuck_however_busy_the_machine():
    assert stuck_after(lambda s: 0.02 * s) is None


def test_what_only_waits_is_stuck_after_a_minute_though_its_attendant_uses_a_little():
    assert 60.0 <= stuck_after(lambda s: 1.0 + 0.0005 * s) < 63.0


def test_what_computes_and_then_waits_is_stuck_a_minute_later():
    assert 110.0 <= stuck_after(lambda s: min(s, 50.0)) < 113.0
