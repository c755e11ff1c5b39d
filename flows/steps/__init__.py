"""The steps of the main job as plain functions over plain records: no Prefect here; command line and tests run without it.

Each step can be stopped anywhere and run again: it finds what is done and goes on from there.
"""

from flows.steps.ageing import age, held_adverts, hold, lift, tidy
from flows.steps.cluster_facts import cluster_doc
from flows.steps.comparing import compare
from flows.steps.holdings import Held, load_held
from flows.steps.indexing import batches, clusters_around, fill_index, index_adverts, index_clusters, rebuild_index
from flows.steps.judging import Settled, judge, merge, rule_identifier, split, take_back
from flows.steps.linking import index_batch, link_batch, regroup, relink, run_seeds, unlinked_files
from flows.steps.operation import Operation, operation_of
from flows.steps.reading import (
    Unreadable,
    catalogue,
    linkable,
    screen_advert,
    screen_adverts,
    screen_text,
    versions,
    with_meanings,
)
from flows.steps.relinking import rebuild_clusters
from flows.steps.renewing import left, renew_index
from flows.steps.screening import due_batches, enter_closed_batches, screen_batch, screened_files
from flows.steps.taking import SourceUnreachableError, crawl_source, take_in
from flows.steps.watching import watch

__all__ = [
    "Held",
    "Operation",
    "Settled",
    "SourceUnreachableError",
    "Unreadable",
    "age",
    "batches",
    "catalogue",
    "cluster_doc",
    "clusters_around",
    "compare",
    "crawl_source",
    "due_batches",
    "enter_closed_batches",
    "fill_index",
    "held_adverts",
    "hold",
    "index_adverts",
    "index_batch",
    "index_clusters",
    "judge",
    "left",
    "lift",
    "link_batch",
    "linkable",
    "load_held",
    "merge",
    "operation_of",
    "rebuild_clusters",
    "rebuild_index",
    "regroup",
    "relink",
    "renew_index",
    "rule_identifier",
    "run_seeds",
    "screen_advert",
    "screen_adverts",
    "screen_batch",
    "screen_text",
    "screened_files",
    "split",
    "take_back",
    "take_in",
    "tidy",
    "unlinked_files",
    "versions",
    "watch",
    "with_meanings",
]
