"""The drawing library that a site carries with it, so that no page asks for anything elsewhere."""

from __future__ import annotations

from functools import cache

from ....base.errors import MissingExtraError


@cache
def vega_bundle() -> str:
    """Return Vega, Vega-Lite and vega-embed as one classic script that sets ``vega``, ``vegaLite`` and ``vegaEmbed``.

    Returns
    -------
    str
        The same for every site that one version of the drawing library makes; made once.

    Raises
    ------
    MissingExtraError
        When ``vl-convert-python`` is not installed.
    """
    try:
        import vl_convert
    except ModuleNotFoundError as absent:
        raise MissingExtraError.named("vl-convert-python", "portal") from absent
    # the snippet has a default, which its types do not know of
    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg]


def bundle_version() -> str:
    """Return the versions of the libraries in the bundle, for notices.

    Examples
    --------
    >>> bundle_version().startswith("Vega ")
    True
    """
    try:
        import vl_convert
    except ModuleNotFoundError as absent:
        raise MissingExtraError.named("vl-convert-python", "portal") from absent
    lite = vl_convert.get_vegalite_versions()[-1]
    embed = vl_convert.get_vega_embed_version()
    return f"Vega {vl_convert.get_vega_version()}, Vega-Lite {lite}, vega-embed {embed}"
