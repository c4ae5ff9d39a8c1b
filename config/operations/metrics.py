"""Figures for Prometheus, summed over the server's processes; off unless addresses may read them."""

import logging
import os
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.utils import timezone
from django_q.brokers import get_broker
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reports.progress import queue_state

logger = logging.getLogger(__name__)

REQUESTS = Counter("portal_requests", "Requests answered", ["view", "method", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "Time to answer",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
OUTAGES = Counter("portal_outages", "Requests that found the database or the disk away", ["kind"])
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def count(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count one request; its labels come from sets of ours, never from what a visitor sent."""
    if not settings.METRICS_ADDRESSES:
        return
    REQUESTS.labels(view, method if method in METHODS else "other", f"{status // 100}xx").inc()
    SECONDS.labels(view).observe(seconds)


def may_read(address: str | None) -> bool:
    """Say whether one of the configured networks holds this address."""
    if address is None:
        return False
    networks = (ip_network(text, strict=False) for text in settings.METRICS_ADDRESSES)
    return any(ip_address(address) in network for network in networks)


class Queue(Collector):
    """The queue as it is when it is asked for, the same from every process: it stands in the database."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            running, silent = queue_state(timezone.now())
            tasks = get_broker().queue_size()
        except Exception as fault:  # figures of the rest are wanted most when the database is away
            logger.error("no figures of the queue: %s", fault)
            return
        yield GaugeMetricFamily("portal_jobs_running", "Bulk jobs that have not ended", running)
        said = "Bulk jobs that no worker has touched for a while: the workers are away or stuck"
        yield GaugeMetricFamily("portal_jobs_silent", said, silent)
        yield GaugeMetricFamily("portal_queue_tasks", "Tasks that wait for a worker", tasks)


def exposition() -> tuple[bytes, str]:
    """Return all figures in the text format of Prometheus, and its content type."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    queue = CollectorRegistry()
    queue.register(Queue())
    return generate_latest(registry) + generate_latest(queue), CONTENT_TYPE_LATEST
