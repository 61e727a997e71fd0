"""Collect the tests of a tracker that is an extra only where its extra is built into the image."""

from project.extras import chosen
from project.paths import PROJECT

collect_ignore = [f"test_{name}.py" for name in ("mlflow", "sacred") if name not in chosen(PROJECT)]
