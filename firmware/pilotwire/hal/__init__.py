"""The board, as the firmware sees it. One file per chip, and chip.py for both; this page is the
interface.

Ring 0's part, called from the guard's tick; none of it allocates, waits or touches flash:

`sample(inputs)`  fill `inputs` (array 'i', the indices of pilot/signals.py) from a fresh full
                  period of the pilot; return the ms since the previous call (0..1_000), or -1
                  when there is no fresh sample.
`drive(duty, closed)`  pilot duty in 1/100 % (0: steady -12 V, 10_000: steady +12 V), to 0.1 us;
                  `closed` 1 keeps the contactor closed for the next 50 ms, 0 opens it now. Called
                  in every tick.
`switch(output, on)`  move one of the outputs of pilot/signals.py; nothing where it is not fitted.
`feed()`          feed the watchdog.
`wake()`          set the flag that ring 1 waits for.

The rest, for rings 1 and 2:

`start(tick)`     call `tick()` every 10 ms from now on. `stop()` ends that, contactor open.
`woken(timeout_s)`  coroutine: wait for `wake()`, at most so long (seconds).
`ticks_ms()`      monotonic ms; compare with `ticks.since`.
`clock()`         (unix time in s, or None while unknown; quality: "none", "set", "synchronised").
                  "synchronised" is "set" again when nobody has renewed it for 24 h.
`set_clock(unix, quality)`  the clock from now on. "none": a time that has certainly passed, to
                  judge certificates by; `clock()` goes on not to know the time.
`serial(baud, parity, stop, bus)`  port of a meters' bus, 1 or 2, or None: `write(bytes)`, and
                  `readinto(buffer)` that takes what has come, at once.
`open_connection(address, port, context, name)`  coroutine: asyncio's (reader, writer) of a TCP
                  connection; with an ssl.SSLContext (None: without) of a TLS one to `name`.
                  OSError, also when the context finds no room. The handshake comes with the first
                  bytes; a ValueError from reading or writing is about the peer's certificate.
`handshake_blocks_guard`  whether a TLS handshake holds up ring 0.
`datagrams(address, port)`  UDP: `send(data)`; `receive(size, timeout_ms)`, coroutine: the next
                  datagram, None if there is none in time; `close()`. Only from there, but for a
                  multicast address. OSError from each.
`name_servers()`  up to two, as "a.b.c.d" or "a.b.c.d:port".
`join(config)`    coroutine: stay on the network; ends at once where there is none to be joined.
`network()`       (which: "wifi", "ethernet", "host" or ""; address or ""; dBm or None; "" or why
                  there is no network).
`random_bits(n)`  n random bits (1..30), for jitter and ids.
`secret(n)`       n random bytes that nobody can guess, for a key.
`i2c()`           the bus of an FRAM and of sensors (machine.I2C's readfrom_mem, writeto_mem), or
                  None.
`consoles()`      the terminals of who stands at the box, for asyncio's streams: `read(1)` gives
                  bytes; a tuple, which may be empty.
`thermometer`     None, or what gives 1/10 degree C when it is called; OSError while it is ill.
`contact(name)`   whether an input of the board's data that is not ring 0's ("dim") is active;
                  None where it is not fitted.
`firmware`        the first 8 hexadecimal digits of the firmware's hash, "" where nobody knows it.
`started`         why it started: "power-on", "watchdog", "crash", "console" or "command".
`board`           the board's data: `rated_ma`, `phases`, ... (boards/<board>/board.json).
`root`            folder of the configuration and the records, without a trailing slash.
`panel()`         once: what people see, press and hear; None where nothing of that is fitted.
                  `show(red, green, blue)`: the lamp, 0 to 255 each; `pressed()`: whether the
                  button is; `beep(on)`: the buzzer. What is not fitted does nothing.
`sync()`          what was written and flushed is on flash when it returns.
"""
