"""Cuts the power of a whole box at every flash operation and every tick of a story.

Runs on MicroPython: `cuts.py IMAGE` fills a flash with old records and keeps it there; then
`cuts.py IMAGE KIND WHAT SHARE SHARES` tries every SHARES-th cut of WHAT (operations, recoveries,
ticks), KIND being `fram` or `flash`. Prints a line for everything that is wrong, and last
`tried N lost N`.
"""

import json
import sys

import vfs
from chip import BLOCK, BLOCKS, PAGE, Chip, PowerCut
from pilotwire.app import App
from pilotwire.record.journal import Journal
from pilotwire.record.kinds import DAY
from world import EPOCH_S, STEP_WH, TICK_MS, Board, Fram, Meter, World

ROOT = "/box"
CONFIG = {
    "id": "cuts",
    "limit_ma": 32_000,
    "cable_ma": 32_000,
    "mains_ok_s": 0,
    "mqtt_host": "broker",
    "meter": "",
}
TARIFF = {
    "periods": [["valley", 31_000], ["peak", 98_000], ["flat", 65_000]],
    "day": [["00:00", "valley"], ["08:00", "peak"], ["08:01", "flat"]],
    "currency": "CNY",
}
STORY = (
    (1_000, "plug"),
    (10_000, "pause"),
    (13_000, "resume"),
    (16_000, "unplug"),
    (19_000, "plug"),
    (22_000, "jump"),
    (25_000, "stop"),
    (27_000, "unplug"),
    (28_000, "uncover"),
    (29_000, "cover"),
    (30_000, "plug"),
    (34_000, "unplug"),
)
STORY_MS = 37_000
_LONGEST_MS = 90_000  # a recovery that takes longer is none
_LEAVES_MS = 4_000  # the car, after the power has come back
_QUIET_MS = 6_000
_BACKEND_MS = 100
_ACK_MS = 150
_METER_MS = 1_000
_CONTROL_MS = 1_000
_FULL_BYTES = 15_800  # of a segment: the story's first records begin the next one
_PARTS = (0, 500, 999)  # per mille of an operation's bytes that are still written
_IN_CHARGES_MS = (5_000, 8_000, 17_000, 23_000)
_READ_LATE_WH = 8  # at 22 kW in the second between two readings, and a step


class Life:
    """One start of the box, until its power goes."""

    def __init__(self, chip, fram, world):
        self.world = world
        self._chip = chip
        vfs.mount(vfs.VfsLfs2(chip, progsize=PAGE), ROOT)
        self.hal = Board(world, ROOT, fram)
        self.app = app = App(self.hal)
        app.meter = Meter(world, self.hal)
        self._control_ms = self._meter_ms = 0
        self._ack_ms = None

    def step(self):
        """A tick, and what follows from it before the next."""
        app, hal, world = self.app, self.hal, self.world
        hal.tick()
        app.guard.tick()
        now_ms = hal.ticks_ms()
        tariff = app.tariff
        hal.flow(app.session.number, tariff.period(world.unix()) if tariff else 0)
        if now_ms >= self._meter_ms:
            self._meter_ms = now_ms + _METER_MS
            app.meter.poll()
        if hal.woken_up or now_ms >= self._control_ms:
            self._control_ms = now_ms + _CONTROL_MS
            hal.woken_up = False
            app._step()
        if self._chip.dead:  # closing its file, littlefs may have turned the cut into an OSError
            raise PowerCut
        if now_ms % _BACKEND_MS == 0:
            self._talk(now_ms)

    def command(self, what):
        app, world = self.app, self.world
        if what in ("plug", "unplug"):
            world.plugged = what == "plug"
        elif what == "jump":
            world.jump_s += 120
        elif what in ("cover", "uncover"):
            world.covered = what == "cover"
            if world.covered:
                self.run(200)
                app.obey("clear-faults", {})
        else:
            app.obey(what, {})

    def run(self, ms):
        for _ in range(ms // TICK_MS):
            self.step()

    def settled(self):
        journal = self.app.journal
        return not journal.pending and not self.app.session.active

    def _talk(self, now_ms):
        """With the backend: one record at a time, acknowledged a moment later."""
        journal = self.app.journal
        if self._ack_ms is None:
            record = journal.read()
            if record:
                self.world.receive(record)
                self._seq = record["seq"]
                self._ack_ms = now_ms + _ACK_MS
        elif now_ms >= self._ack_ms:
            self._ack_ms = None
            journal.acknowledge(self._seq)


def unmount():
    vfs.umount(ROOT)


def filled():
    """A flash whose segments are all in use, and the newest nearly full."""
    chip = Chip()
    vfs.VfsLfs2.mkfs(chip, progsize=PAGE)
    vfs.mount(vfs.VfsLfs2(chip, progsize=PAGE), ROOT)
    for name, value in (("config", CONFIG), ("config.good", CONFIG), ("tariff", TARIFF)):
        with open(ROOT + "/" + name + ".json", "w") as file:
            file.write(json.dumps(value))
    journal = Journal(ROOT, lambda: True, lambda: None, lambda n: bytes(range(n)))
    segments = journal._segments
    text = "x" * 20
    while not all(segments._firsts) or segments.size < _FULL_BYTES:
        journal.note({"unix": EPOCH_S, "about": text, "before": text, "after": text}, DAY)
        journal.settle()
        journal.acknowledge(journal.read()["seq"])
    journal.settle()
    unmount()
    return chip.memory


def play(life, each=None):
    """The story; `each` is called before every tick."""
    waiting = list(STORY)
    while life.world.ms < STORY_MS:
        if each:
            each()
        while waiting and life.world.ms >= waiting[0][0]:
            life.command(waiting.pop(0)[1])
        life.step()


def recover(chip, fram, world, off_ms):
    """The power comes back, the car leaves in time; "" or what is missing after that."""
    world.ms += off_ms
    world.covered = True
    life = Life(chip, fram, world)
    begun = world.ms
    left_ms = begun + _LEAVES_MS
    while world.ms < begun + _LONGEST_MS:
        if world.ms >= left_ms:
            world.plugged = False
            if life.settled() and world.ms >= left_ms + _QUIET_MS:
                return life, ""
        life.step()
    state = life.app.journal.pending, life.app.session.active, life.app.flash_trouble()
    return life, "not settled after a cut: pending %d, active %r, %r" % state


def judge(life):
    """What is wrong with what the backend has: a list of sentences."""
    world = life.world
    wrong = world.wrong
    journal = life.app.journal
    numbers = sorted(world.records)
    if numbers != list(range(journal.seq + 1 - len(numbers), journal.seq + 1)):
        wrong.append("the backend has %r of %d" % (numbers, journal.seq))
    charges = [r for _, r in sorted(world.records.items()) if r["kind"] == "charge"]
    if any(r["kind"] == "missing" for r in world.records.values()):
        wrong.append("a record is missing")
    flowed = {}
    for (charge, _), w_ms in world.flowed.items():
        flowed[charge] = flowed.get(charge, 0) + w_ms
    told = [record["charge"] for record in charges]
    if len(set(told)) < len(told):
        wrong.append("a charge is told twice: %r" % told)
    for charge in flowed:
        if charge not in told:
            wrong.append("charge %r has flowed and is not told: %r" % (charge, told))
    for record in charges:
        wh = record.get("wh")
        true_wh = flowed.get(record["charge"], 0) / 3_600_000
        if wh is None or abs(wh - true_wh) > STEP_WH or record["energy"] != "measured":
            wrong.append("charge %d says %r, %.1f flowed" % (record["charge"], wh, true_wh))
            continue
        judge_split(record, world.flowed, wrong)
    for last, record in zip(charges, charges[1:]):  # noqa: RUF007 (MicroPython has no pairwise)
        if last["end_wh"] != record["start_wh"]:
            wrong.append("the register jumps before charge %d" % record["charge"])
    return wrong


def judge_split(record, flowed, wrong):
    charge = record["charge"]
    split = record["period_wh"]
    if sum(split) + record["unsplit_wh"] != record["wh"]:
        wrong.append("charge %d: the periods are not the whole" % charge)
    for i, wh in enumerate(split):
        true_wh = flowed.get((charge, i), 0) / 3_600_000
        short = true_wh - wh > _READ_LATE_WH and not record["unsplit_wh"]
        if wh - true_wh > _READ_LATE_WH or short:
            wrong.append("charge %d, period %d: %d Wh, %.1f flowed" % (charge, i, wh, true_wh))
    if record["reason"] != "power-lost" and record["unsplit_wh"] > _READ_LATE_WH:
        wrong.append("charge %d: %d Wh unsplit" % (charge, record["unsplit_wh"]))


class Trial:
    """Tries cuts, and counts: `tried`, `lost` (recoveries with something wrong in them)."""

    def __init__(self, image, fitted):
        self._image = image
        self._memory = bytearray(BLOCK * BLOCKS)
        self._fitted = fitted
        self.tried = 0
        self.lost = 0

    def start(self):
        """(chip, FRAM, world) before the story."""
        chip = Chip(bytearray(self._image))
        return chip, Fram(chip) if self._fitted else None, World()

    def end(self, chip, fram, world, where, then=None):
        """The power has gone here: does everything come right? `then`: cut again, see `cut`."""
        self._memory[:] = chip.memory
        other = Chip(self._memory)
        kept = fram and bytearray(fram.memory)
        world = world.copy()
        self.tried += 1
        if then is not None:
            other.left, other.part = then, 500
        try:
            off_ms = 1_000 + self.tried * 37 % 20_000
            life, wrong = recover(other, fram and Fram(other, kept), world, off_ms)
        except PowerCut:
            unmount()
            other = Chip(self._memory)
            life, wrong = recover(other, fram and Fram(other, kept), world, 1_000)
        found = judge(life)
        if wrong:
            found.append(wrong)
        other.dead = True
        unmount()
        if found:
            self.lost += 1
            print("wrong:", where, found)
        return other.operations

    def ticks(self, share, shares):
        """Before each tick of the story."""
        chip, fram, world = self.start()
        life = Life(chip, fram, world)
        count = 0

        def each():
            nonlocal count
            count += 1
            if count % shares == share:
                unmounted(lambda: self.end(chip, fram, world, "tick %d" % count))

        play(life, each)
        unmount()

    def operations(self, share, shares):
        """In each flash operation of the story: undone, half done, all but done."""
        chip, fram, world = self.start()
        play(Life(chip, fram, world))
        unmount()
        for n in range(chip.operations * len(_PARTS)):
            if n % shares == share:
                self._operation(n // len(_PARTS), _PARTS[n % len(_PARTS)])

    def recoveries(self, share, shares):
        """Twice: in a charge, and in each operation of the recovery from that."""
        for ms in _IN_CHARGES_MS:
            chip, fram, world = self.start()
            life = Life(chip, fram, world)
            for at, what in STORY:
                if at > ms:
                    break
                life.run(at - world.ms)
                life.command(what)
            life.run(ms - world.ms)
            unmount()
            total = self.end(chip, fram, world, "at %d ms" % ms)
            for n in range(total):
                if n % shares == share:
                    self.end(chip, fram, world, "at %d ms, then operation %d" % (ms, n), n)

    def _operation(self, n, part):
        chip, fram, world = self.start()
        chip.left, chip.part = n, part
        where = "operation %d, %d of 1000" % (n, part)
        try:
            play(Life(chip, fram, world))
        except PowerCut:
            unmount()
            self.end(Chip(chip.memory), fram, world, where)
            return
        unmount()
        self.lost += 1
        print("wrong:", where, "never came")


def unmounted(do):
    """Call `do` while the story's own filesystem is out of the way."""
    mounted = vfs.mount()
    own = next(system for system, where in mounted if where == ROOT)
    unmount()
    do()
    vfs.mount(own, ROOT)


def main(path, *how):
    if not how:
        with open(path, "wb") as file:
            file.write(filled())
        return
    with open(path, "rb") as file:
        trial = Trial(file.read(), how[0] == "fram")
    getattr(trial, how[1])(int(how[2]), int(how[3]))
    print("tried", trial.tried, "lost", trial.lost)


if __name__ == "__main__":
    main(*sys.argv[1:])
