"""Files that are whole or not there, whatever stops the one who writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place aside to write to, renamed to `path` at the end; a full disk leaves what was there before, and says so."""
    aside = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        aside.replace(path)
    except (OSError, RuntimeError) as error:  # PyTorch reports a failed write as a RuntimeError
        aside.unlink(missing_ok=True)
        raise SystemExit(f"{path} cannot be written: {error}. Free some space or pass another folder, and start again: "
                         "what stood there before is untouched") from error
