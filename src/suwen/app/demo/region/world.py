"""One chunk of the region, all institutions together: persons, registrations, visits and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from suwen.app.demo.region import accounts, clinical, narrative
from suwen.app.demo.region.arrays import Ints
from suwen.app.demo.region.clinical import Frame
from suwen.app.demo.region.population import Population, populate
from suwen.app.demo.region.registrations import Registrations, register
from suwen.app.demo.region.spec import RegionSpec
from suwen.app.demo.region.visits import Visits, first_seen, visit

CHILD_STRIDE = 20_000_000
"""Numbers kept for a chunk, institution and kind of record."""


@dataclass(frozen=True)
class World:
    """A chunk. frames: name → frame ordered by visit; totals: cents, visit × category of fees."""

    people: Population
    registrations: Registrations
    visits: Visits
    complaint: Ints
    totals: Ints
    frames: dict[str, Frame]


def make(spec: RegionSpec, chunk: int) -> World:
    """Draw a chunk; it depends on (spec, chunk) alone."""
    people = populate(spec, chunk)
    registrations = register(spec, chunk, people)
    visits = visit(spec, chunk, people, registrations)
    rng = np.random.default_rng([spec.seed, chunk, 4])
    complaint = narrative.complaint_index(visits, rng)
    drugs = clinical.drug_orders(visits, rng)
    reports = clinical.lab_reports(visits, rng)
    exams = clinical.exam_reports(visits, rng)
    surgery = clinical.operations(visits, rng)
    fee = accounts.fees(visits, drugs, reports, exams, surgery, rng)
    frames: dict[str, Frame] = {
        "diagnosis": narrative.diagnoses(visits, people.chronic, rng),
        "drug": drugs,
        "lab_report": reports,
        "lab_result": clinical.lab_results(visits, people, reports, rng),
        "exam": exams,
        "operation": surgery,
        "vital": clinical.vitals(visits, rng),
        "nursing": narrative.nursing(visits, rng),
        "document": narrative.documents(visits, complaint, surgery, rng),
        "fee": fee,
        "summary": narrative.summaries(visits, complaint, rng),
    }
    return World(people, first_seen(registrations, visits), visits, complaint, accounts.totals(visits, fee), frames)
