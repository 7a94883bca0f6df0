"""What tasks do to each other, as one list: for MicroPython's asyncio and the simulation's."""


def story(asyncio, now_ms, tell):
    """The main coroutine; `tell(text)` is called in order, `now_ms()` reads the loop's clock."""

    def say(text):
        tell("%d %s" % (now_ms(), text))

    async def ticker(name, ms, times):
        for _ in range(times):
            await asyncio.sleep(ms / 1000)
            say(name)
        return name + "'s end"

    async def waiter(name, event):
        await event.wait()
        say(name + " woken")

    async def stubborn():
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            say("cancelled")
            await asyncio.sleep(0.05)
            say("tidied up")
            raise

    async def fails():
        await asyncio.sleep(0.01)
        raise ValueError("on purpose")

    async def main():
        a = asyncio.create_task(ticker("a", 30, 4))
        b = asyncio.create_task(ticker("b", 20, 4))
        event = asyncio.Event()
        for name in "xyz":
            asyncio.create_task(waiter(name, event))
        await asyncio.sleep(0.05)
        event.set()
        say(await a)
        say(await b)
        say("done %s %s" % (a.done(), b.done()))
        try:
            await asyncio.wait_for(stubborn(), 0.1)
        except asyncio.TimeoutError:
            say("too late")
        say(await asyncio.wait_for(ticker("c", 10, 2), 1))
        event.clear()
        for timeout_s in (0.03, 0.03):
            try:
                say(await asyncio.wait_for(event.wait(), timeout_s))
            except asyncio.TimeoutError:
                say("no event")
            event.set()
        task = asyncio.create_task(fails())
        try:
            await task
        except ValueError as error:
            say(error.args[0])
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0.02)
        say("cancel %s" % task.cancel())
        try:
            await task
        except asyncio.CancelledError:
            say("it is")
        say("cancel again %s" % task.cancel())
        # One that is due at this very instant is cancelled all the same.
        event.clear()
        task = asyncio.create_task(waiter("never", event))
        await asyncio.sleep(0)
        event.set()
        task.cancel()
        await asyncio.sleep(0.01)
        say("end")

    return main()
