"""How far a student is, kept in the folder of copies: which exercises were solved, and how many hints were asked for."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demos.exercises.catalogue import HERE

FILE = ".progress.json"


class Progress:
    """What is kept of a folder; a file that cannot be read counts as nothing kept."""

    def __init__(self, folder: Path, keep: bool = True) -> None:
        ours = HERE in (folder.absolute(), *folder.absolute().parents)      # stubs and solutions: nobody's progress
        self.path, self.keep = folder / FILE, keep and not ours
        self.kept: dict[str, dict[str, Any]] = {}
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            self.kept = {name: x for name, x in found.items() if isinstance(x, dict)} if isinstance(found, dict) else {}
        except (OSError, ValueError):
            pass

    def of(self, name: str) -> dict[str, Any]:
        return self.kept.setdefault(name, {})

    def hints(self, name: str) -> int:
        """How many hints were asked for since the mistake last changed."""
        count = self.of(name).get("hints", 0)
        return count if isinstance(count, int) and count >= 0 else 0

    def hint(self, name: str) -> int:
        """One more hint was asked for; gives its level, 1 to 3."""
        self.of(name)["hints"] = level = min(self.hints(name) + 1, 3)
        self.save()
        return level

    def saw(self, name: str, solved: bool, mistake: str) -> None:
        """Keep a verdict; another mistake begins with the first hint again."""
        kept = self.of(name)
        if kept.get("mistake") != mistake:
            kept["hints"] = 0
        kept.update(solved=solved, mistake=mistake, tries=kept.get("tries", 0) + 1)
        self.save()

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)
        self.save()

    def save(self) -> None:
        """Write the file; a folder that cannot be written is no reason to stop."""
        try:
            if not self.keep:
                return
            self.path.write_text(json.dumps(self.kept, indent=1, sort_keys=True), encoding="utf-8")
        except OSError:
            pass
