"""The course as a whole: find its notebooks, run them, report on them, check that they keep the contract.

`notebooks` finds and selects; `execute` runs one, `run` many; `results` keeps what came of it, `progress` and `pages`
show it; `measured` publishes what was reached on real data; `saving` stores outputs in the notebooks; `contract` says
what a notebook of the course must be.

Taught in: notebooks/01.1
"""

from dlcv.course.notebooks import Notebook, course_map, find, read, select, update_map

__all__ = ["Notebook", "course_map", "find", "read", "select", "update_map"]
