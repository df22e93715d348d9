"""The five steps and the check page of an application."""

from __future__ import annotations
