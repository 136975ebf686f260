from importlib import metadata


def release():
    """Return the release of this code, as ``pyproject.toml`` names it."""
    try:
        return metadata.version("urban-sdg-knowledge-platform")
    except metadata.PackageNotFoundError:
        return "unknown"
