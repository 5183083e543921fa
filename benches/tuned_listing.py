"""What a careful script does: raw pages, the C parser, orjson, nothing kept. Arguments: container URL, output file."""

import http.client
import resource
import sys
import time
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import XMLPullParser

import orjson


def main() -> None:
    url, target = sys.argv[1], sys.argv[2]
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    started = time.perf_counter()
    count = 0
    marker = ""
    dumps = orjson.dumps
    with open(target, "wb", buffering=1 << 20) as out:
        out.write(b'{\n"images": [\n')
        separator = b""
        while True:
            query = "restype=container&comp=list&include=metadata" + (f"&marker={quote(marker)}" if marker else "")
            connection.request("GET", f"{parts.path}?{query}", headers={"x-ms-version": "2026-04-06"})
            response = connection.getresponse()
            parser = XMLPullParser(events=("end",))
            lines = []
            marker = ""
            while chunk := response.read(1 << 16):
                parser.feed(chunk)
                for _, element in parser.read_events():
                    if element.tag == "Blob":
                        name = element.findtext("Name")
                        properties = element.find("Properties")
                        if int(properties.findtext("Content-Length")) and properties.findtext("AccessTier") != "Archive":
                            site, camera, date, run, _ = name.split("/", 4)
                            lines.append(
                                dumps(
                                    {
                                        "objectUrl": f"{url}/{quote(name)}",
                                        "title": name,
                                        "clientMetadata": {
                                            "project": "bench",
                                            "site": site,
                                            "camera": camera,
                                            "date": date,
                                            "run": run,
                                        },
                                    }
                                )
                            )
                        element.clear()
                    elif element.tag == "NextMarker":
                        marker = element.text or ""
            if lines:
                out.write(separator)
                out.write(b",\n".join(lines))
                separator = b",\n"
                count += len(lines)
            if not marker:
                break
        out.write(b'\n],\n"skip_duplicate_urls": true,\n"upsert_metadata": false\n}\n')
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(count, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


main()
