import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.loopback import serving

from vatio.account import Access
from vatio.adapters import ElectricityMaps, UkCarbonIntensity
from vatio.errors import MeasureError, UnknownName

pytest.importorskip("httpx")

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@contextmanager
def service(answers):
    """Serve on loopback; ``answers`` maps a path to what is told: a status and a body, or a list of them in turn."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            asked.append((parts.path, parse_qs(parts.query), dict(self.headers)))
            told = next((answer for path, answer in answers.items() if parts.path.startswith(path)), (404, "{}"))
            if isinstance(told, list):
                told = told.pop(0) if len(told) > 1 else told[0]
            status, body, *headers = told
            text = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in dict(*headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *given):
            pass

    with serving(Handler) as url:
        yield url, asked


def maps(url, **access):
    waits = []
    source = ElectricityMaps(Access(key="secret", base_url=url, least_gap_s=0.0, **access), wait=waits.append)
    return source, waits


def uk(url, **access):
    return UkCarbonIntensity(Access(base_url=url, least_gap_s=0.0, **access), wait=lambda wait_s: None)


def row(at, value, **more):
    return {"datetime": at.isoformat().replace("+00:00", ".000Z"), "carbonIntensity": value, **more}


def half_hour(at, **intensity):
    return {"from": f"{at:%Y-%m-%dT%H:%MZ}", "to": f"{at + HOUR / 2:%Y-%m-%dT%H:%MZ}", "intensity": intensity}


def test_past_hours_are_asked_for_ten_days_at_a_time_with_the_key_in_a_header():
    past = {"zone": "DE", "data": [row(AT, 300), row(AT + HOUR, 320, isEstimated=True)]}
    with service({"/carbon-intensity/past-range": (200, past)}) as (url, asked):
        series = maps(url)[0].history("DE", AT, AT + timedelta(days=12))
    assert series.g_per_kwh == (300.0, 320.0)
    assert series.estimated_ratio == 0.5
    assert len(asked) == 2
    path, query, headers = asked[0]
    assert headers["auth-token"] == "secret"
    assert query["shouldUseFallbackCallerLookup"] == ["false"]
    assert "secret" not in f"{path}{query}"


def test_a_free_plan_is_asked_for_its_one_day():
    day = {"zone": "DE", "history": [row(AT - HOUR * hours, 100 + hours) for hours in range(24)]}
    answers = {"/carbon-intensity/past-range": (403, "{}"), "/carbon-intensity/history": (200, day)}
    with service(answers) as (url, _):
        series = maps(url)[0].history("DE", AT - 5 * HOUR, AT)
    assert series.g_per_kwh == (105.0, 104.0, 103.0, 102.0, 101.0)


def test_the_horizon_is_that_of_the_answer():
    to_midnight = {"zone": "DE", "forecast": [row(AT + hour * HOUR, 200 + hour) for hour in range(-3, 12)]}
    with service({"/carbon-intensity/forecast": (200, to_midnight)}) as (url, _):
        series = maps(url)[0].forecast("DE", AT)
    assert series.starts_s[0] == AT.timestamp()
    assert series.end_s == (AT + 12 * HOUR).timestamp()
    assert series.forecast_from_s == AT.timestamp()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, ""), "200 and nothing"),
        ((200, "{}"), "200 and nothing"),
        ((200, "<html>"), "200 and nothing"),
        ((200, {"zone": "DE", "forecast": []}), "without any forecast"),
        ((200, {"zone": "DE", "forecast": "soon"}), "without any forecast"),
        ((200, {"zone": "DE", "forecast": [7]}), "cannot be read"),
        ((200, {"zone": "ES", "forecast": [row(AT, 1)]}), "answers for ES"),
        ((200, {"zone": "DE", "forecast": [row(AT, -1)]}), "no g/kWh"),
        ((200, {"zone": "DE", "forecast": [row(AT, 250_000)]}), "unit"),
        ((200, {"zone": "DE", "forecast": [row(AT, 0.25, unit="tCO2/MWh")]}), "tCO2/MWh"),
        ((200, {"zone": "DE", "forecast": [row(AT, "300")]}), "no number"),
        ((200, {"zone": "DE", "forecast": [{"carbonIntensity": 3}]}), "no time"),
        ((200, {"zone": "DE", "forecast": [row(AT - timedelta(days=2), 300)]}), "stale"),
        ((401, "{}"), "refuses (401)"),
        ((403, "{}"), "part of your plan"),
        ((302, "", {"Location": "http://127.0.0.1:1/"}), "answers 302"),
        ((500, "oops"), "answers 500"),
        ((429, "", {"Retry-After": "3600"}), "answers 429"),
    ],
)
def test_each_known_bad_answer_is_an_error_with_the_services_name_and_without_the_key(answer, said):
    with service({"/carbon-intensity/forecast": answer}) as (url, _), pytest.raises(MeasureError) as caught:
        maps(url)[0].forecast("DE", AT)
    text = f"{caught.value} {caught.value.hint}"
    assert said in text
    assert "Electricity Maps" in text
    assert "secret" not in text


def test_an_unknown_zone_is_an_unknown_name():
    with service({}) as (url, _), pytest.raises(UnknownName):
        maps(url)[0].forecast("XX", AT)


def test_a_service_that_stumbles_is_asked_again_and_waited_for_as_it_says():
    good = (200, {"zone": "DE", "forecast": [row(AT, 300)]})
    with service({"/carbon-intensity/forecast": [(503, ""), (429, "", {"Retry-After": "2"}), good]}) as (url, asked):
        source, waits = maps(url)
        assert source.forecast("DE", AT).g_per_kwh == (300.0,)
    assert len(asked) == 3
    assert waits == [0.5, 2.0]


def test_a_service_that_is_not_there_is_said_at_once():
    with pytest.raises(MeasureError, match="cannot be reached"):
        maps("http://127.0.0.1:9")[0].forecast("DE", AT)


def test_an_answer_is_kept_on_disk_until_it_expires_and_never_the_key(tmp_path):
    moments = [1000.0]
    good = (200, {"zone": "DE", "forecast": [row(AT, 300)]})
    with service({"/carbon-intensity/forecast": good}) as (url, asked):
        access = Access(key="secret", base_url=url, cache=str(tmp_path), fresh_s=60.0, least_gap_s=0.0)
        source = ElectricityMaps(access, now=lambda: moments[0])
        for moment in (1000.0, 1059.0, 1061.0):
            moments[0] = moment
            source.forecast("DE", AT)
        assert len(asked) == 2
    held = [path.read_text() for path in tmp_path.iterdir()]
    assert len(held) == 1
    assert "secret" not in held[0]
    moments[0] = 1500.0  # the service is gone: what is stale still helps
    assert source.forecast("DE", AT).g_per_kwh == (300.0,)
    moments[0] = 1e6
    with pytest.raises(MeasureError):
        source.forecast("DE", AT)


def test_a_broken_cache_is_no_obstacle(tmp_path):
    good = (200, {"zone": "DE", "forecast": [row(AT, 300)]})
    with service({"/carbon-intensity/forecast": good}) as (url, asked):
        source, _ = maps(url, cache=str(tmp_path))
        source.forecast("DE", AT)
        for path in tmp_path.iterdir():
            path.write_bytes(b"\xff{")
        source.forecast("DE", AT)
        assert len(asked) == 2


def test_questions_are_kept_apart():
    waits, moments = [], iter(range(1000, 2000))
    good = (200, {"zone": "DE", "forecast": [row(AT, 300)]})
    with service({"/carbon-intensity/forecast": good}) as (url, _):
        access = Access(key="secret", base_url=url, least_gap_s=10.0)
        source = ElectricityMaps(access, wait=waits.append, now=lambda: float(next(moments)))
        source.forecast("DE", AT)
        source.forecast("DE", AT)
    assert len(waits) == 1
    assert 0.0 < waits[0] < 10.0


def test_a_source_without_a_key_says_where_one_goes():
    with pytest.raises(MeasureError) as caught:
        ElectricityMaps(Access())
    assert "ELECTRICITY_MAPS_KEY" in caught.value.hint


def test_half_hours_of_great_britain_come_with_their_renewable_share_and_without_the_one_before():
    data = {
        "data": [
            half_hour(AT - HOUR / 2, actual=1),
            half_hour(AT, actual=150, forecast=9),
            half_hour(AT + HOUR / 2, actual=None),
        ]
    }
    fuels = {"wind": 30.0, "solar": 5.0, "hydro": 2.0, "biomass": 8.0, "gas": 55.0}
    mix = {"data": [{"from": f"{AT:%Y-%m-%dT%H:%MZ}", "generationmix": [{"fuel": f, "perc": p} for f, p in fuels.items()]}]}
    with service({"/intensity": (200, data), "/generation": (200, mix)}) as (url, _):
        series = uk(url).history("GB", AT, AT + HOUR)
    assert series.g_per_kwh == (150.0, None)
    assert series.renewable_ratio == (pytest.approx(0.45), None)
    assert "direct" in series.source


def test_the_intensity_of_great_britain_stands_without_its_mix():
    with service({"/intensity": (200, {"data": [half_hour(AT, actual=150)]}), "/generation": (500, "")}) as (url, _):
        assert uk(url).history("GB", AT, AT + HOUR).renewable_ratio == ()


def test_the_forecast_of_great_britain_reads_the_forecast_with_doubles_and_holes():
    rows = [half_hour(AT, forecast=100), half_hour(AT, forecast=110), half_hour(AT + 2 * HOUR, forecast=90, actual=None)]
    with service({"/intensity": (200, {"data": rows})}) as (url, _):
        series = uk(url).forecast("GB", AT)
    assert series.g_per_kwh == (110.0, None, 90.0)
    assert series.longest_hole_s() == 1.5 * 3600.0


def test_great_britain_is_all_that_its_operator_knows():
    with pytest.raises(UnknownName, match="DE"):
        uk("http://127.0.0.1:9").forecast("DE", AT)


@contextmanager
def tarpit(begin=b""):
    """Take connections, say ``begin``, and then nothing ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def take():
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    held.append(connection)
                    connection.sendall(begin)

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for connection in held:
            connection.close()


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_a_service_that_never_answers_is_waited_for_so_long_and_no_longer(begin):
    with tarpit(begin) as url:
        source = maps(url, patience_s=0.4)[0]
        begin_s = time.monotonic()
        for ask in (lambda: source.forecast("DE", AT), lambda: source.history("DE", AT, AT + 30 * HOUR)):
            with pytest.raises(MeasureError, match=r"has not answered within 0\.4 s"):
                ask()
    assert time.monotonic() - begin_s < 2.0


@pytest.mark.slow
def test_what_is_waited_for_is_said_once():
    said = []
    with tarpit() as url, pytest.raises(MeasureError):
        maps(url, patience_s=2.5, told=said.append)[0].history("DE", AT, AT + 30 * HOUR)
    assert said == ["waits for Electricity Maps, at most 1 s more"]


def test_an_address_that_is_none_is_said():
    with pytest.raises(MeasureError, match="cannot be reached"):
        maps("http://[")[0].forecast("DE", AT)
