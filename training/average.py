"""The mean of runs' weights: python average.py RUN/checkpoint.pt OTHER/checkpoint.pt… --out DIR

Between a model and what fine-tuning made of it, the mean often keeps what either lost (Wortsman et al., "Robust
fine-tuning of zero-shot models", 2022). Tokens seen and losses in DIR/checkpoint.pt are the first run's.
"""

import argparse
from pathlib import Path

from loop import load_model, save


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    average(args.checkpoints, args.out)


def average(checkpoints: list[Path], out: Path) -> None:
    """Write the mean of models of one shape."""
    model, progress = load_model(checkpoints[0])
    others = [load_model(path)[0] for path in checkpoints[1:]]
    for path, other in zip(checkpoints[1:], others):
        if other.config != model.config:
            raise SystemExit(f"{path} is of another shape than {checkpoints[0]}: only runs of one model have a mean")
    states = [model.state_dict(), *(other.state_dict() for other in others)]
    model.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    save(model, [], progress, out)


if __name__ == "__main__":
    main()
