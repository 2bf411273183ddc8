"""The node: asks the center what to do, reads it into the buffer, sends what lies there, for as long as it runs."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from threading import Thread
from time import monotonic
from typing import Any
from uuid import UUID

from suwen.domains.ingest.edge.buffer import Buffer, Delivery
from suwen.domains.ingest.edge.client import CenterClient
from suwen.domains.ingest.edge.errors import CenterRefused, CenterUnavailable, Stopped
from suwen.domains.ingest.edge.folder import EdgeFolder, Identity
from suwen.domains.ingest.edge.looks import Look, look
from suwen.domains.ingest.edge.protocol import Begin, Order, Report, Reported, Sealed, Standing, Work
from suwen.domains.ingest.edge.reading import OrderReader
from suwen.kernel.clock import now
from suwen.kernel.errors import SuwenError
from suwen.kernel.logs import get_logger

READERS, SENDERS, LOOKERS = 2, 2, 2
LONGEST_PAUSE = 60.0
DISK_FULL = "前置机磁盘已满，暂停读取，腾出空间后自动继续（the node's disk is full）"
CLOSED, COMPLETE, OPEN = "closed", "complete", "open"
_log = get_logger()


@dataclass
class Health:
    """How the node is, as it tells it. seen_at: when the center answered last.

    error: why the center does not answer. unsent: why it did not take what was sent last.
    """

    error: str = ""
    unsent: str = ""
    seen_at: datetime | None = None
    rows: dict[UUID, int] = field(default_factory=dict[UUID, int])
    failures: dict[UUID, str] = field(default_factory=dict[UUID, str])


@dataclass
class EdgeNode:
    """A running node. limit: bytes that its buffer may take. poll_seconds: instead of what the center says."""

    folder: EdgeFolder
    identity: Identity
    client: CenterClient
    limit: int
    poll_seconds: float | None = None
    health: Health = field(default_factory=Health)
    _buffer: Buffer = field(init=False)
    _work: Work = field(default_factory=Work)
    _reading: dict[UUID, Future[None]] = field(default_factory=dict[UUID, Future[None]])
    _later: dict[UUID, tuple[float, float]] = field(default_factory=dict[UUID, tuple[float, float]])
    _over: set[UUID] = field(default_factory=set[UUID])
    _seen: set[UUID] = field(default_factory=set[UUID])

    def __post_init__(self) -> None:
        self._buffer = Buffer(self.folder.buffer, self.limit)

    @property
    def buffer(self) -> Buffer:
        """What waits to be sent."""
        return self._buffer

    @property
    def brought(self) -> bool:
        """Whether a delivery has arrived of which the center has not yet said that it is over."""
        return bool(self._over)

    def stop(self) -> None:
        """Let `run` end; what is under way is gone on with when the node runs again. For any thread."""
        self._buffer.stop()

    def run(self) -> None:
        """Work until stopped. Raises FolderBusy."""
        self.folder.make()
        with (
            self.folder.locked(),
            ThreadPoolExecutor(READERS) as readers,
            ThreadPoolExecutor(LOOKERS) as lookers,
        ):
            self._buffer.open()
            self._recall()
            senders = [Thread(target=self._send_on, daemon=True, name=f"sender-{n}") for n in range(SENDERS)]
            for sender in senders:
                sender.start()
            try:
                while not self._buffer.stopped:
                    self._sync()
                    self._look(lookers)
                    self._read(readers)
                    self._pause()
            finally:
                self.stop()
                for sender in senders:
                    sender.join()

    def report(self) -> Report:
        """Return how the node is."""
        chunks, used = self._buffer.usage()
        ids = dict.fromkeys((*self.health.rows, *self.health.failures))
        orders = tuple(
            Reported(delivery=one, rows=self.health.rows.get(one, 0), error=self.health.failures.get(one, ""))
            for one in ids
        )
        return Report(
            version=version("suwen"),
            buffered_chunks=chunks,
            buffered_bytes=used,
            buffer_limit=self.limit,
            waiting=self._buffer.waiting,
            answers=True,
            error="；".join(filter(None, self._troubles()))[:2000],
            orders=orders,
        )

    def tell(self) -> dict[str, Any]:
        """Return how the node is, for the hospital's own eyes: see `health.page`."""
        report, health = self.report(), self.health
        feeds = {order.delivery: order.feed for order in self._work.orders}
        states = (
            ("offline", bool(health.error)),
            ("full", self._buffer.full),
            ("refused", bool(health.unsent)),
            ("failing", bool(report.error)),
            ("waiting", report.waiting),
        )
        orders = [{"feed": feeds.get(one.delivery, ""), "rows": one.rows, "error": one.error} for one in report.orders]
        return {
            "status": next((name for name, so in states if so), "ok"),
            "title": self.identity.title,
            "org_code": self.identity.org_code,
            "center": self.identity.center,
            "last_contact": health.seen_at.isoformat(timespec="seconds") if health.seen_at else None,
            "error": health.error or report.error,
            **report.model_dump(include={"version", "buffered_chunks", "buffered_bytes", "buffer_limit"}),
            "orders": orders,
        }

    def _troubles(self) -> tuple[str, ...]:
        """Return what the center is to know: why something is not read, and why something is not sent."""
        failed = next((text for text in self.health.failures.values() if text), "")
        return failed, DISK_FULL if self._buffer.full else "", self.health.unsent

    def _recall(self) -> None:
        """Take up what the center said before the node ended: it may be out of reach now."""
        try:
            # Whoever wanted to look has gone by now.
            self._work = self.client.last_work(self.folder).model_copy(update={"looks": ()})
        except CenterUnavailable as error:
            self.health.error = error.detail

    def _sync(self) -> None:
        try:
            self._work = self.client.work(self.report(), self.folder)
        except (CenterUnavailable, CenterRefused) as error:
            if self.health.error != error.detail:
                _log.warning("center_unavailable", reason=error.detail)
            self.health.error = error.detail
            return
        self.health.error, self.health.seen_at = "", now()
        wanted = {order.delivery for order in self._work.orders}
        for held in self._buffer.deliveries():
            # The center has closed it; one that it has not told of yet would be among those it wants.
            if held.id not in wanted and held.id not in self._reading:
                self._buffer.forget(held.id)
        self._over &= wanted
        for known in (self.health.rows, self.health.failures, self._later):
            for gone in [one for one in known if one not in wanted]:
                del known[gone]

    def _look(self, lookers: ThreadPoolExecutor) -> None:
        """Have the sources looked at that somebody waits for, once."""
        wanted = {one.id: one for one in self._work.looks}
        self._seen &= set(wanted)
        for one in wanted.values():
            if one.id not in self._seen:
                self._seen.add(one.id)
                lookers.submit(self._look_at, one)

    def _look_at(self, wanted: Look) -> None:
        try:
            self.client.looked(wanted.id, look(wanted, self.folder.spill))
        except (CenterUnavailable, CenterRefused) as error:
            _log.warning("look_not_told", feed=wanted.feed, reason=error.detail)
        except OSError as error:
            _log.warning("look_not_told", feed=wanted.feed, reason=error.strerror)

    def _read(self, readers: ThreadPoolExecutor) -> None:
        for delivery in [one for one, future in self._reading.items() if future.done()]:
            del self._reading[delivery]
        for order in self._work.orders:
            due, _ = self._later.get(order.delivery, (0.0, 0.0))
            held = self._buffer.delivery(order.delivery)
            under_way = order.delivery in self._reading or order.delivery in self._over
            if under_way or monotonic() < due or held.manifest() is not None:
                continue
            self._reading[order.delivery] = readers.submit(self._read_order, order)

    def _read_order(self, order: Order) -> None:
        def told(rows: int) -> None:
            self.health.rows[order.delivery] = rows

        center = bytes.fromhex(self.identity.center_key)
        try:
            OrderReader(order, self._buffer, self.folder, center, told).read()
            self.health.failures.pop(order.delivery, None)
            self._later.pop(order.delivery, None)
        except Stopped:
            return
        except SuwenError as error:
            self._failed(order, error.detail)
        except OSError as error:
            self._failed(order, f"the node's disk: {error.strerror}")
        except Exception as error:
            # The text of an unexpected error may hold values of a row.
            self._failed(order, f"unexpected error: {type(error).__name__}")
        finally:
            self._buffer.wake()

    def _failed(self, order: Order, detail: str) -> None:
        _log.warning("read_failed", feed=order.feed, delivery=str(order.delivery), reason=detail)
        _, pause = self._later.get(order.delivery, (0.0, 0.5))
        pause = min(2 * pause, LONGEST_PAUSE)
        self._later[order.delivery] = monotonic() + pause, pause
        self.health.failures[order.delivery] = detail[:2000]

    def _pause(self) -> None:
        ends = monotonic() + (self.poll_seconds or self._work.poll_seconds)
        while not self._buffer.stopped and (left := ends - monotonic()) > 0:
            self._buffer.wait(left)

    def _send_on(self) -> None:
        pause = 0.1
        while not self._buffer.stopped:
            try:
                busy = self._send_one() or self._finish_one()
                pause = 0.1
                if busy or not self._buffer.usage()[0]:
                    self.health.unsent = ""
                if not busy:
                    self._buffer.wait(1.0)
            except (CenterUnavailable, CenterRefused, OSError) as error:
                self.health.unsent = error.detail if isinstance(error, SuwenError) else type(error).__name__
                pause = min(2 * pause, self.poll_seconds or LONGEST_PAUSE)
                self._wait(pause)

    def _wait(self, seconds: float) -> None:
        ends = monotonic() + seconds
        while not self._buffer.stopped and (left := ends - monotonic()) > 0:
            self._buffer.wait(left)

    def _send_one(self) -> bool:
        """Send the oldest chunk; say whether there was one."""
        path = self._buffer.take()
        if path is None:
            return False
        try:
            packed = path.read_bytes()
        except FileNotFoundError:
            # Its delivery was given up meanwhile.
            return True
        try:
            chunk = Sealed.unpack(packed)
            delivery = self._buffer.delivery(chunk.header.delivery)
            if not self._begin(delivery):
                return True
            standing = self.client.chunk(delivery.id, chunk.header.sequence, packed)
            if self._still_open(delivery, standing):
                self._buffer.sent(path)
        finally:
            self._buffer.give_back(path)
        return True

    def _begin(self, delivery: Delivery) -> bool:
        """Tell the center of a delivery's attempt, once; say whether it is still wanted."""
        attempt = delivery.attempt()
        if attempt is None:
            return False
        if not delivery.begun:
            if not self._still_open(delivery, self.client.begin(delivery.id, Begin(attempt=attempt.id))):
                return False
            # Told again it is answered the same; a full disk is not to keep what lies there from leaving it.
            with suppress(OSError):
                delivery.set_begun()
        return True

    def _finish_one(self) -> bool:
        """Tell the center of a delivery that was read and sent; say whether there was one."""
        for delivery in self._buffer.deliveries():
            manifest = delivery.manifest()
            if manifest is None or any(delivery.folder.glob("*.chunk")) or not self._begin(delivery):
                continue
            standing = self.client.finish(delivery.id, manifest)
            # What it lacks is not here any more: it is read again.
            if standing.state in (COMPLETE, CLOSED):
                self._over.add(delivery.id)
            if standing.state in (COMPLETE, CLOSED) or standing.missing:
                self._buffer.forget(delivery.id)
            return True
        return False

    def _still_open(self, delivery: Delivery, standing: Standing) -> bool:
        if standing.state == OPEN:
            return True
        self._over.add(delivery.id)
        self._buffer.forget(delivery.id)
        return False
