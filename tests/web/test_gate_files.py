"""The gate's static files: vendored code unchanged, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

import tgfair
from tests.web.page_environment import make_environment

GATE = Path(tgfair.__file__).parent / "static/gate"
VENDOR = GATE / "vendor"
OWN = sorted(GATE.glob("*.js"))


def digest(path):
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def test_vendored_files_are_those_of_the_manifest():
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text("utf-8"))
    expected = {
        name: value for package in manifest["packages"] for name, value in package["files"].items()
    }

    found = {
        path.relative_to(VENDOR).as_posix(): digest(path)
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }

    assert found == expected


def test_decoder_is_told_where_its_binary_lies():
    script = (GATE / "decoder.js").read_text("utf-8")

    assert "locateFile: () => WASM" in script
    assert (VENDOR / "zxing-wasm/reader/zxing_reader.wasm").is_file()


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_script_names_no_other_host(path):
    assert re.findall(r"https?://[^\s\"'`]+\w", path.read_text("utf-8")) == []


def test_page_has_no_inline_script_or_style():
    page = make_environment().get_template("gate/index.html").render(pairing_code="")

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) == []


def test_pairing_code_is_escaped_into_its_attribute():
    page = make_environment().get_template("gate/index.html").render(pairing_code='"><b>')

    assert 'data-pairing-code="&#34;&gt;&lt;b&gt;"' in page


def test_web_manifest_keeps_to_the_gate():
    manifest = json.loads((GATE / "manifest.webmanifest").read_text("utf-8"))

    assert (manifest["start_url"], manifest["scope"]) == ("/cong/", "/cong/")
    assert all((GATE / icon["src"]).is_file() for icon in manifest["icons"])
