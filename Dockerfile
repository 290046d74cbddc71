# The image holds Python, the libraries it needs and kstar-tui: no shell, no package manager.
# docker build -t kstar-tui .

FROM debian:trixie-slim AS build

RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-pip

# What a running program needs of Debian, unpacked where the image's root will be. Each package
# leaves its description, by which scanners know it.
WORKDIR /packages
RUN apt-get download \
        base-files libbz2-1.0 libc6 libexpat1 libffi8 libgcc-s1 liblzma5 libpython3.13-minimal \
        libpython3.13-stdlib libsqlite3-0 libssl3t64 libuuid1 libzstd1 media-types netbase \
        python3-minimal python3.13-minimal tzdata zlib1g \
 && mkdir -p /image/var/lib/dpkg/status.d \
 && for package in *.deb; do \
        dpkg-deb --extract "$package" /image \
        && dpkg-deb --field "$package" > "/image/var/lib/dpkg/status.d/${package%%_*}" \
        || exit 1; \
    done \
 && find /image/usr/share/doc -type f ! -name copyright -delete \
 && find /image/usr/share/doc -type d -empty -delete \
 && rm -rf /image/usr/lib/*/gconv /image/usr/share/lintian /image/usr/share/locale \
        /image/usr/share/man /image/usr/share/python3 /image/usr/bin/py3?* \
 && install -D -m 644 /etc/ssl/certs/ca-certificates.crt \
        /image/etc/ssl/certs/ca-certificates.crt \
 && printf 'root:x:0:0::/root:/usr/sbin/nologin\nkstar:x:1000:1000::/data:/usr/sbin/nologin\n' \
        > /image/etc/passwd \
 && printf 'root:x:0:\nkstar:x:1000:\n' > /image/etc/group \
 && printf 'hosts: files dns\n' > /image/etc/nsswitch.conf \
 && install -d -m 1777 /image/tmp \
 && install -d -m 755 -o 1000 -g 1000 /image/data

WORKDIR /source
COPY hatch_build.py pyproject.toml README.md LICENSE ./
COPY kstar_tui kstar_tui
# Nobody can write into the image later, so that everything is compiled now; a hash instead of a
# time, as a copy may change times.
RUN python3 -m venv --without-pip /opt/kstar-tui \
 && python3 -m pip --python /opt/kstar-tui install --no-cache-dir --no-compile '.[prometheus]' \
 && mkdir -p /image/opt \
 && cp -a /opt/kstar-tui /image/opt/ \
 && python3 -m compileall -q --invalidation-mode unchecked-hash -s /image \
        /image/usr/lib/python3.13 /image/opt/kstar-tui

# A library that is missing is missed now.
RUN chroot --userspec=1000:1000 /image /opt/kstar-tui/bin/kstar-tui --version \
 && chroot --userspec=1000:1000 /image /opt/kstar-tui/bin/python -c \
        "import asyncio, ctypes, ifaddr, paho.mqtt.client, sqlite3, ssl, kstar_tui.tui.app, kstar_tui.metrics.server"


FROM scratch

LABEL org.opencontainers.image.title="kstar-tui" \
      org.opencontainers.image.description="Live view and MQTT bridge for KStar KSE hybrid solar inverters" \
      org.opencontainers.image.licenses="MIT"

COPY --from=build /image /

# Settings come from the environment, or from /data/kstar-tui/config.toml; the history is beside it.
# What is there only while it runs is in memory: engines mount /dev/shm in every container.
ENV PATH=/opt/kstar-tui/bin:/usr/bin \
    HOME=/data \
    XDG_CONFIG_HOME=/data \
    XDG_DATA_HOME=/data \
    XDG_STATE_HOME=/data \
    XDG_CACHE_HOME=/tmp \
    RUNTIME_DIRECTORY=/dev/shm/kstar-tui \
    LANG=C.UTF-8 \
    PYTHONUTF8=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt

USER 1000:1000
WORKDIR /data
VOLUME /data

HEALTHCHECK --interval=2m --timeout=15s --start-period=3m --retries=3 \
    CMD ["/opt/kstar-tui/bin/kstar-tui", "healthcheck"]

# Without other words behind the image's name it is the daemon.
ENTRYPOINT ["/opt/kstar-tui/bin/kstar-tui"]
CMD ["--headless"]
