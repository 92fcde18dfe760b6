"""The structure that the schema of GPX 1.1 asks for, of the elements that we could write."""

GPX = "{http://www.topografix.com/GPX/1/1}"
ORDER = {"gpx": ["metadata", "wpt", "rte", "trk", "extensions"], "trk": ["name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"],
         "trkseg": ["trkpt", "extensions"],
         "point": ["ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type", "fix", "sat", "hdop", "vdop", "pdop",
                   "ageofdgpsdata", "dgpsid", "extensions"]}


def follows(element):
    """The structure of the GPX 1.1 schema: known elements, in its order, numbers in their ranges."""
    name = element.tag.replace(GPX, "")
    order = ORDER.get("point" if name in ("wpt", "trkpt", "rtept") else name)
    if name in ("wpt", "trkpt") and not (-90 <= float(element.get("lat")) <= 90 and -180 <= float(element.get("lon")) < 180):
        return False
    if name == "extensions":
        return all(GPX not in c.tag for c in element)
    if name == "fix" and element.text not in ("none", "2d", "3d", "dgps", "pps"):
        return False
    if order is None:
        return len(element) == 0
    ranks = [order.index(c.tag.replace(GPX, "")) for c in element if c.tag.replace(GPX, "") in order]
    return len(ranks) == len(element) and ranks == sorted(ranks) and all(follows(c) for c in element)
