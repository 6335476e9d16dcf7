"""Reading papers: pages in, kinds and fields with their places out. A leaf: knows pages and identifiers, nothing
else."""

from reviewapp.ocr.codes import square_codes
from reviewapp.ocr.engines import EngineMissing
from reviewapp.ocr.reader import Reader
from reviewapp.ocr.readings import FieldReading, PageReading

__all__ = ["EngineMissing", "FieldReading", "PageReading", "Reader", "square_codes"]
