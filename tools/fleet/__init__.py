"""Many simulated chargers against a real broker and real consumers, which are killed meanwhile.

`python -m fleet --help`; `make fleet BOXES=1000 MINUTES=2`. They keep the contract of docs/mqtt.md
and seal their records as the firmware does; there is no charging in them.
"""
