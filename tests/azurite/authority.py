"""Stands in for Entra ID and for a machine's identity service.

Argument: an empty directory, into which certificate.pem and key.pem for 127.0.0.1 are written.
Reads one JSON object from standard input: {"token": what is given out, "secret": the client secret, "assertion": the federated token}
Prints one: {"authority": its https address, "identity": its http address}; then one for each request: its path and its form.
Ends when standard input does.
"""

import datetime
import ipaddress
import json
import pathlib
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def make_certificate(directory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "azure-to-encord tests")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def main():
    directory = pathlib.Path(sys.argv[1])
    known = json.loads(sys.stdin.readline())
    certificate, key = make_certificate(directory)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            self.tell(query)
            if self.headers.get("x-identity-header") != "let-me-in":
                return self.answer(401, {"message": "no such identity"})
            self.answer(
                200,
                {
                    "access_token": known["token"],
                    "expires_on": str(int(time.time()) + 3600),
                    "token_type": "Bearer",
                    "resource": query["resource"][0],
                },
            )

        def do_POST(self):
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            self.tell(form)
            if form.get("client_secret") == [known["secret"]] or form.get("client_assertion") == [known["assertion"]]:
                return self.answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": known["token"]})
            self.answer(
                401,
                {
                    "error": "invalid_client",
                    "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2",
                    "error_codes": [7000215],
                },
            )

        def tell(self, form):
            print(json.dumps({"path": self.path, "form": form}), flush=True)

        def answer(self, status, body):
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    secure = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    plain = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    for server in (secure, plain):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    addresses = {
        "authority": f"https://127.0.0.1:{secure.server_port}",
        "identity": f"http://127.0.0.1:{plain.server_port}/msi/token",
    }
    print(json.dumps(addresses), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
