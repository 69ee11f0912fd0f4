"""The tables of ACT (Gupta et al., ISCA 2022, table 1; facebookresearch/ACT abc9fbb, MIT). Grams of CO2e."""

from __future__ import annotations

from collections.abc import Mapping

ELECTRICITY_KWH_PER_CM2: Mapping[str, float] = {
    "28nm": 0.9, "20nm": 1.2, "14nm": 1.2, "10nm": 1.475, "8nm": 1.52, "7nm": 2.15, "5nm": 2.75, "3nm": 3.25,
}  # fmt: skip
MATERIALS_G_PER_CM2 = 500.0
_AT_95: Mapping[str, float] = {
    "28nm": 175.0, "20nm": 190.0, "14nm": 200.0, "10nm": 240.0, "8nm": 240.0, "7nm": 350.0, "5nm": 430.0, "3nm": 470.0,
}  # fmt: skip
_AT_99: Mapping[str, float] = {
    "28nm": 100.0, "20nm": 110.0, "14nm": 125.0, "10nm": 150.0, "8nm": 150.0, "7nm": 200.0, "5nm": 225.0, "3nm": 275.0,
}  # fmt: skip
# By the percentage of the gases that is destroyed; 97 is the mean of the two that were published.
GASES_G_PER_CM2: Mapping[str, Mapping[str, float]] = {
    "95": _AT_95, "97": {node: (_AT_95[node] + _AT_99[node]) / 2.0 for node in _AT_95}, "99": _AT_99,
}  # fmt: skip
# Electricity of the fab: by source, and by place (2022).
FAB_G_PER_KWH: Mapping[str, float] = {
    "coal": 820.0, "gas": 490.0, "biomass": 230.0, "solar": 41.0, "geothermal": 38.0, "hydropower": 24.0, "nuclear": 12.0,
    "wind": 11.0,
    "world": 301.0, "india": 725.0, "australia": 597.0, "taiwan": 583.0, "singapore": 495.0, "usa": 380.0, "europe": 295.0,
    "brazil": 82.0, "iceland": 28.0, "japan": 485.0, "korea": 430.0,
}  # fmt: skip
STORAGE_G_PER_GB: Mapping[str, Mapping[str, float]] = {
    "dram": {
        "ddr3_50nm": 600.0, "ddr3_40nm": 315.0, "ddr3_30nm": 230.0, "lpddr3_30nm": 201.0, "lpddr3_20nm": 184.0,
        "lpddr2_20nm": 159.0, "lpddr4": 48.0, "ddr4_10nm": 65.0,
    },
    "flash": {
        "nand_30nm": 31.0, "nand_20nm": 15.0, "nand_10nm": 10.0, "nand_tlc_1z": 5.6, "nand_tlc_v3": 6.3,
        "seagate_nytro_3530": 6.21, "seagate_nytro_1551": 3.948, "seagate_nytro_3331": 16.916,
        "western_digital_2016": 24.4, "western_digital_2017": 17.9, "western_digital_2018": 12.5, "western_digital_2019": 10.7,
    },
    "hdd": {
        "Exos2x14": 1.653, "Exosx12": 1.14, "Exosx16": 1.334, "Exos15e900": 20.46, "Exos10e2400": 10.323, "Exos5e8": 3.8556,
        "Exos7e8": 4.747, "BarraCuda": 4.57, "BarraCuda2": 10.32, "BarraCuda Pro": 2.35, "FireCuda": 5.1, "FireCuda2": 9.1,
        "IronWolf": 4.78, "IronWolfPro": 3.63, "SkyWalk3TB": 3.04, "Skyhawk Surveillance": 4.09, "Skyhawk-6TB": 3.74,
        "VideoHDD": 7.62, "VideoPipelineHDD": 8.86,
    },
}  # fmt: skip
