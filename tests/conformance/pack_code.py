#!/usr/bin/env python3
"""Packs conformance rows of whole statements for tests/code_conformance.rs.

  pack_code.py code.jsonl code.jsonl.gz

A row keeps its id, code, the definitions before it and its level; each output's events are written
relative to their cycle, as [value, whole begin, whole end] (null for no whole) and, where it differs,
[..., part begin, part end]; a cycle that repeats an earlier one is a reference to it.
"""
import gzip, json, sys
from fractions import Fraction


def number(x):
    """Fourteen digits are more than the comparison looks at."""
    return float(f"{x:.14g}") if isinstance(x, float) else x


def value(v):
    return {k: value(x) for k, x in v.items()} if isinstance(v, dict) else number(v)


def cycles_of(output):
    by = [[] for _ in range(output["cycles"])]
    for e in output["events"]:
        c = Fraction(e["part"][0]) // 1
        if c >= output["cycles"]:
            continue
        part, whole = ([str(Fraction(x) - c) for x in e[k]] if e[k] else [None, None] for k in ("part", "whole"))
        by[c].append([value(e["value"]), *whole] + ([] if whole == part else part))
    kinds = []
    for cycle in by:
        if cycle not in kinds:
            kinds.append(cycle)
    return {"kinds": kinds, "order": [kinds.index(c) for c in by]}


def packed(row):
    kept = {k: row[k] for k in ("id", "code", "pre", "level") if row.get(k)}
    return {**kept, "outputs": [cycles_of(o) for o in row["outputs"]]}


rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
text = "".join(json.dumps(packed(r), separators=(",", ":"), ensure_ascii=False) + "\n" for r in rows)
with open(sys.argv[2], "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as zipped:
    zipped.write(text.encode())
