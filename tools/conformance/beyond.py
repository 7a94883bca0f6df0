"""What no row measures: clauses that only hardware or a laboratory can show, what the numbers
rest on, and what this firmware leaves to others.
"""

# Clause, what it asks, where it is shown or who shows it.
HARDWARE = (
    ("table A.2, levels", "±12 V ±5 % open circuit at the socket", "the board, with a voltmeter"),
    (
        "table A.2, frequency",
        "1 kHz ±2 % at the pin",
        "the chip's crystal; not read back by ring 0, the emulated board is measured",
    ),
    (
        "table A.2, duty",
        "±0.5 percentage points at the pin",
        "computed here without the pin; on the emulated board `duty_error_*` of make bench-board",
    ),
    (
        "table A.2, edges",
        "rise and fall 10-90 % within 2 µs open, settled to 95 % in 3 µs; "
        "with a vehicle 10 and 13 µs in state B, 7 and 13 µs in state C",
        "oscilloscope",
    ),
    ("table A.2, R1", "1 kΩ ±3 %", "the resistor's data sheet; the rows run at both corners"),
    (
        "table A.2, capacitance",
        "Cs 300 to 1,600 pF, cable 1,500 pF, vehicle 2,400 pF, 3,100 pF with a fixed cable [M]",
        "LCR meter; the plant has no capacitance",
    ),
    (
        "A.4, measuring",
        "accuracy of the board's dividers and converter, sampling in step with the "
        "oscillator, nothing of the first 10 µs of a plateau, ripple under 100 mV",
        "the emulated board in part (host_tests/emulated), calibration on the board",
    ),
    (
        "A.4.11",
        "optional test of the hysteresis with a conformance tester",
        "laboratory; the bands are rows here",
    ),
    (
        "tables A.3, A.8; GB/T A.3",
        "what the vehicle must do: its R2, R3 and diode, seq. 5, its half "
        "of 2.2, 6, 9.1, 10.1 and 12",
        "the vehicle's maker; the plant's cars do it",
    ),
    (
        "seq. 2.2, 8, 12; GB/T A.3.10.5-7",
        "100 ms to the parting of the contacts",
        "rows end at the command; the contactor's break time, under load and aged, is added",
    ),
    (
        "contactor",
        "contact gap of 3 mm and more, making and breaking capacity, I²t of 75,000 A²s "
        "(connections A, B) and 80,000 A²s (C)",
        "the contactor's data sheet, laboratory",
    ),
    (
        "IEC 62955 9.9.2.1, 9.9.2.2",
        "break times at 3 (none), 6, 60 and 200 mA of smooth DC, "
        "sudden and rising [M]: 10 s, 0.3 s, 0.1 s",
        "the module's certificate",
    ),
    (
        "IEC 62955; GB/T 11.3.1",
        "type A with 6 mA detection or type B (GB/T 40820-2021), IΔn 30 mA, "
        "all poles and N switched where the contactor is the switch",
        "data sheets, wiring",
    ),
    (
        "IEC 62955; GB/T 11.3.1",
        "the module opens the contactor in hardware",
        "the board's wiring: `rcd-trip-without-hardware` shows the second way only",
    ),
    ("Annex B", "accuracy of the proximity input; a plug's contacts", "the board, laboratory"),
    ("table D.9; GB/T 10.6.1", "force and endurance of the lock", "the lock's data sheet"),
    (
        "GB/T 10.1, 12.5",
        "temperature rise, surface temperatures, where the sensors sit",
        "laboratory",
    ),
    (
        "GB/T, inrush",
        "230 A in the first 100 µs, 30 A rms in the next second",
        "the vehicle's maker",
    ),
    (
        "GB/T, IP",
        "IP32 indoors, IP54 outdoors, connection C's holder at 0.5 to 1.5 m",
        "enclosure, installation",
    ),
    (
        "EMC, insulation, PE",
        "emission and immunity, clearances, dielectric strength, PE resistance "
        "and the PE monitor itself",
        "laboratory",
    ),
    (
        "overcurrent, short circuit",
        "circuit breaker or fuse",
        "installation; ring 0 trips on the meter's word, seconds late",
    ),
)

# What could not be read in the standard itself.
UNVERIFIED = (
    (
        "IEC 61851-1:2017, IEC 62955:2018",
        "The texts were not at hand. Their numbers are from "
        "projects that quote the clauses, and from GB/T 18487.1-2023.",
    ),
    (
        "GB/T 18487.1-2023",
        "Read in a third party's OCR; every cell is to be compared with the standard.",
    ),
    ("1 to 2 V (table A.4) [M]", "E is taken unless D was before: the stricter reading."),
    (
        "duty a vehicle accepts [M]",
        "GB/T says 1.5 percentage points, IEC perhaps 1: a deviation of more than 1 is a fault.",
    ),
    (
        "A.2.3",
        "10 A of a simplified vehicle is the vehicle's limit; that we offer no more is the "
        "stricter reading.",
    ),
    ("A.5.3", "Wake-up: F for 4 s, one attempt, from products."),
    ("IEC 62955 break times [M]", "From memory; they bind the module, not this firmware."),
    ("3,100 pF [M]", "Sum of two rows of table A.2."),
    ("GB/T A.3.9.2 against IEC seq. 10.2", "More than 6 s against 6 s and more: more than 6 s."),
    (
        "overcurrent, IEC",
        "EVerest's and OpenEVSE's overcurrent rules differ; GB/T's is taken for both profiles.",
    ),
)

# Clauses that ask something of a wallbox which this firmware does not do, or not fully.
LEFT = (
    ("seq. 4, 5 % duty; ISO 15118", "No digital communication: 5 % is never driven."),
    (
        "seq. 6",
        "A reduction does not wait for the 5 s after a change, though the table's words "
        "would have it wait: what limits us must hold at once.",
    ),
    (
        "GB/T table A.5, connections A and B",
        "CC point 4 of a GB/T socket is not read; the configuration wants a fixed cable "
        "(connection C), where the wallbox has no CC. RC, R4 and S3 are in the vehicle's plug and "
        "for the vehicle.",
    ),
    (
        "GB/T ratings",
        "Ratings of 8, 10, 16, 32 and 63 A, single phase up to 32 A, more than 32 A only "
        "with connection C: the installer's settings. Ring 0 knows 63 A.",
    ),
    (
        "GB/T A.3.10.10",
        "Overcurrent of a component: ring 0 knows the cable's rating only as a limit "
        "of the offer. The components must carry what A.3.10.9 bears: 2 A or 10 % more.",
    ),
    (
        "seq. 8.1, restart delay",
        "A setting of more than 2.5 s is longer than the 3 s for closing "
        "again. Default 1 s; longer is the operator's choice.",
    ),
    (
        "GB/T 18487.1-2015",
        "The old edition (windows of ±0.8 V, forced off after 3 s, ventilation, "
        "metering clause) is not a profile.",
    ),
    (
        "GB/T 7.9",
        "A weld is what the auxiliary contact reports; the voltage behind the contacts is "
        "not measured.",
    ),
    (
        "seq. 12, lock",
        "After F the lock opens when the power is off and the session has ended, not after 5 s.",
    ),
    ("J1772", "Not a profile: its 96 to 96.5 % and its inlet windows are not used."),
)
