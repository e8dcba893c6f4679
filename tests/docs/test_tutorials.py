"""The tutorial that needs a release says so where there is none, and ends well: the documentation is built without."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_third_tutorial_ends_with_a_sentence_where_the_release_is_not(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "ONTARGET_DATA_MIRROR"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src"), "MPLBACKEND": "Agg"}
    script = ROOT / "docs" / "tutorials" / "03_the_first_observation.py"
    done = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "ontarget data get coherent_csi_2017" in done.stdout
    assert not list(tmp_path.glob("*.svg"))
