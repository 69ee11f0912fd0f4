"""Backtests of the forecaster: ``python -m benchmarks.forecast`` prints every zone, the rows are plan-04 and plan-05."""
