"""The board, as the firmware sees it. One file per chip; this page is the interface.

Ring 0's part, called from the guard's tick; none of it allocates, waits or touches flash:

`sample(inputs)`  fill `inputs` (array 'i', the indices of pilot/signals.py) from a fresh full
                  period of the pilot; return the ms since the previous call (0..1_000), or -1
                  when there is no fresh sample.
`drive(duty, closed)`  pilot duty in 1/100 % (0: steady -12 V, 10_000: steady +12 V), to 0.1 us;
                  `closed` 1 keeps the contactor closed for the next 50 ms, 0 opens it now.
`switch(output, on)`  move one of the outputs of pilot/signals.py; nothing where it is not fitted.
`feed()`          feed the watchdog.
`wake()`          set the flag that ring 1 waits for.

The rest, for rings 1 and 2:

`start(tick)`     call `tick()` every 10 ms from now on. `stop()` ends that, contactor open.
`woken(timeout_s)`  coroutine: wait for `wake()`, at most so long (seconds).
`ticks_ms()`      monotonic ms; compare with `ticks.since`.
`clock()`         (unix time in s, or None while unknown; quality: "none", "set", "synchronised").
`serial(baud, parity, stop, bus)`  port of a meters' bus, 1 or 2, or None: `write(bytes)`, and
                  `readinto(buffer)` that takes what has come, at once.
`open_connection(host, port)`  coroutine: asyncio's (reader, writer) of a TCP connection.
`random_bits(n)`  n random bits (1..30), for jitter and ids.
`secret(n)`       n random bytes that nobody can guess, for a key.
`i2c()`           the bus of an FRAM (machine.I2C's readfrom_mem, writeto_mem), or None.
`firmware`        the first 8 hexadecimal digits of the firmware's hash, "" where nobody knows it.
`started`         why it started: "power-on", "watchdog", "crash", "console" or "command".
`board`           the board's data: `rated_ma`, `phases`, ... (boards/<board>/board.json).
`root`            folder of the configuration and the records, without a trailing slash.
`sync()`          what was written and flushed is on flash when it returns.
"""
