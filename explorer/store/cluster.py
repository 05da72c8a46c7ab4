"""What the process that is connected to a cluster says, and who that process is."""

from __future__ import annotations

import sqlalchemy as sa

from explorer.runs.cluster import ClusterReport
from explorer.runs.run import ENDED, LEASE_SECONDS, QUEUED
from explorer.store.rows import StorePart
from explorer.store.tables import cluster, database_now, runs, sweeps

_COUNT = sa.select(sa.func.count()).select_from(runs).where(runs.c.deleted_at.is_(None))
_ONLY = 1
_LEASE_SECONDS = 10.0


class StoredCluster(StorePart):
    """The cluster's report, as `RunStore.cluster`."""

    def hold(self, driver: str) -> bool:
        """Be the one process that keeps the cluster's workers, for the next ten seconds.

        Returns:
            Whether it is; False while another one is.
        """
        now = database_now()
        with self._database.transaction() as connection:
            free = sa.or_(cluster.c.driver == driver, cluster.c.heartbeat < now - _LEASE_SECONDS)
            taken = sa.update(cluster).where(cluster.c.id == _ONLY, free)
            if connection.execute(taken.values(driver=driver, heartbeat=now)).rowcount:
                return True
            if connection.execute(sa.select(cluster.c.id)).first():
                return False
        first = {"id": _ONLY, "driver": driver, "heartbeat": now, "report": ClusterReport()}
        try:
            with self._database.transaction() as connection:
                connection.execute(sa.insert(cluster).values(first))
        except Exception as error:
            # Another process was first.
            if isinstance(error.__cause__, sa.exc.IntegrityError):
                return False
            raise
        return True

    def report(self, driver: str, report: ClusterReport) -> None:
        """Keep what was seen, unless another process keeps the workers by now."""
        own = sa.update(cluster).where(cluster.c.id == _ONLY, cluster.c.driver == driver)
        with self._database.transaction() as connection:
            connection.execute(own.values(report=report, heartbeat=database_now()))

    def latest(self) -> tuple[ClusterReport, float] | None:
        """Return the newest report and its age in seconds; None before the first."""
        age = (database_now() - cluster.c.heartbeat).label("age")
        row = self._one(sa.select(cluster.c.report, age))
        return None if row is None else (row.report, max(0.0, float(row.age)))

    def demand(self) -> int:
        """Return how many workers could have something to do now.

        An open sweep counts as many as its cells that are not begun could keep busy; that is more
        than any cluster has, so the limit decides.
        """
        open_sweeps = sa.select(sa.func.count()).where(sweeps.c.is_open).scalar_subquery()
        row = self._one(_COUNT.where(runs.c.status.not_in(ENDED)).add_columns(open_sweeps))
        return int(row[0] + (10_000 if row[1] else 0))

    def waiting(self) -> int:
        """Return how many runs wait for a worker."""
        return int(self._one(_COUNT.where(runs.c.status == QUEUED))[0])

    def trainings_by_host(self) -> dict[str, int]:
        """Return how many runs are being trained, by `WorkerId.host` of their workers."""
        host = runs.c.worker_host
        training = _COUNT.where(
            runs.c.status.not_in((*ENDED, QUEUED)),
            host.is_not(None),
            runs.c.heartbeat > database_now() - LEASE_SECONDS,
        )
        counted = self._all(training.add_columns(host).group_by(host))
        return {row.worker_host: int(row[0]) for row in counted}
