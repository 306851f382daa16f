#!/usr/bin/env python3
"""Packs conformance rows of bare mini-notation for tests/mini_conformance.rs.

  pack.py mini.jsonl mini.jsonl.gz

A row keeps its pattern, kind and level; its events are written relative to their cycle, as
[value, whole begin, whole end] and, where it differs, [..., part begin, part end]; a cycle that
repeats an earlier one is a reference to it. "tries" holds each accepted outcome.
"""
import gzip, json, sys
from fractions import Fraction


def cycles_of(events, cycles):
    by = [[] for _ in range(cycles)]
    for e in events:
        c = Fraction(e["part"][0]) // 1
        if c >= cycles:
            continue
        part, whole = ([str(Fraction(x) - c) for x in e[k]] for k in ("part", "whole"))
        by[c].append([e["value"], *whole] + ([] if whole == part else part))
    kinds = []
    for cycle in by:
        if cycle not in kinds:
            kinds.append(cycle)
    return {"kinds": kinds, "order": [kinds.index(c) for c in by]}


def packed(row):
    outcomes = ([(row["events"], row["cycles"])] if row["ok"] else []) + [(a["events"], a["cycles"]) for a in row.get("also", [])]
    kept = {k: row[k] for k in ("id", "pattern", "as", "level", "ok", "category")}
    return {**kept, "tries": [cycles_of(*o) for o in outcomes]}


rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
text = "".join(json.dumps(packed(r), separators=(",", ":"), ensure_ascii=False) + "\n" for r in rows)
with open(sys.argv[2], "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as zipped:
    zipped.write(text.encode())
