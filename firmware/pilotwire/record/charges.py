"""The records of charges: what the session says is due, written into the journal."""

from micropython import const

from ..energy.session import CLOSE, OPEN
from ..ticks import since
from .kinds import CHARGE

_CHECKPOINT_MS = const(60_000)


class Charges:
    """Writes for `session` into `journal`, under `config` (config.py).

    `about` are fields that every record has. `fast`: checkpoints go to FRAM. `trouble` says why
    the charge in progress has no opening record.
    """

    def __init__(self, journal, session, tariff, config, about, fast):
        self.trouble = ""
        self._journal = journal
        self._session = session
        self._tariff = tariff
        self._about = about
        self._billed = config["authorise"] != "free"
        self._saved_g = config["co2_instead_g_kwh"] - config["co2_grid_g_kwh"]
        self._meter = config["meter"]
        self._number = config["meter_number"]
        self._fast = fast
        self._kept_ms = 0
        self._kept_wh = 0  # of the charge, when the last checkpoint was made
        self._period = None  # of the tariff, then

    def started(self, about, stamp):
        """A start is to be on record."""
        fields = dict(self._about)
        fields.pop("phases")
        fields["about"] = about
        self._journal.start(self._with_tariff(fields, stamp))

    def change_tariff(self, tariff, stamp):
        """From the next charge on; what its periods are called is on record."""
        self._tariff = tariff
        self._session.change_split(tariff and tariff.split())
        self._journal.note(self._with_tariff({"event": "tariff"}, stamp))

    def step(self, due, now_ms, stamp, up, meter, age_ms):
        """Write what is `due` (OPEN, CLOSE, None); whether a charge has begun or ended with it.

        `meter` is an energy.meter.Meter or None; `age_ms` is its reading's. Raises OSError, and
        FlashBusy where it is still due at the next step.
        """
        if due == OPEN:
            self._open(now_ms, stamp, up, meter)
        elif due == CLOSE:
            self._close(stamp, up, meter, age_ms)
        elif self._session.number:
            self._checkpoint(now_ms, stamp)
        return due is not None

    def _open(self, now_ms, stamp, up, meter):
        fields = self._session.opening(stamp)
        fields.update(self._about)
        self._name_meter(fields, meter)
        number = None
        self.trouble = ""
        try:
            number = self._journal.open(fields)
        except OSError as error:
            if self._billed:  # nobody is billed for what is not on record
                raise
            self.trouble = "journal: %s" % error
        self._kept_ms = now_ms
        self._kept_wh = 0
        self._period = None
        self._session.opened(number, up)

    def _close(self, stamp, up, meter, age_ms):
        session = self._session
        fields = session.closing(stamp, up, age_ms)
        # Else the record keeps whose it was: another meter answers, or none since a restart.
        if not session.register.broken and meter and meter.resolution_wh() is not None:
            self._name_meter(fields, meter)
        if self._saved_g > 0 and fields["wh"] is not None:
            fields["co2_g"] = fields["wh"] * self._saved_g // 1000
        try:
            self._journal.close(fields)
        except OSError:
            if self._billed:
                raise
            self._journal.note(fields, CHARGE)  # written when flash is well again
        session.closed()
        self.trouble = ""

    def _with_tariff(self, fields, stamp):
        """`fields` with the time, and with what the tariff's periods are called."""
        fields["unix"], fields["clock"] = stamp
        if self._tariff:
            fields["tariff"] = self._tariff.digest
            fields["periods"] = ",".join(self._tariff.names)
        return fields

    def _name_meter(self, fields, meter):
        if meter:
            fields["meter"] = self._meter
            fields["meter_serial"] = meter.serial or self._number or None
            fields["meter_firmware"] = meter.firmware or None
            fields["resolution_wh"] = meter.resolution_wh()

    def _checkpoint(self, now_ms, stamp):
        """Keep what the charge has come to, every minute and when the tariff changes."""
        tariff = self._tariff
        period = tariff.period(stamp[0]) if tariff and stamp[0] is not None else None
        if since(now_ms, self._kept_ms) < _CHECKPOINT_MS and period == self._period:
            return
        wh = self._session.energy_wh()
        # Without FRAM: not now, or nothing new that would be worth an erase.
        if not self._fast and (wh == self._kept_wh or not self._journal.writable()):
            return
        fields = self._session.checkpoint(stamp)
        if fields:
            self._journal.checkpoint(fields)
            self._kept_ms = now_ms  # also where it failed: each try at a broken bus takes 50 ms
            self._kept_wh = wh
            self._period = period
