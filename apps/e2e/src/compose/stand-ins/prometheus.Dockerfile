# Debian's Prometheus where prom/prometheus cannot be pulled: the same program, entrypoint and user, with Debian's userland.
FROM debian:bookworm-slim AS unpacked
RUN mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/\?$') \
 && echo "deb [check-valid-until=no] $mirror sid main" >/etc/apt/sources.list.d/sid.list \
 && apt-get -qq update \
 && cd /tmp && apt-get -qq -o APT::Sandbox::User=root download prometheus/sid promtool/sid \
 && for package in *.deb; do dpkg -x "$package" /unpacked; done

FROM debian:bookworm-slim
LABEL trunkline.stand-in=true
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends wget >/dev/null && rm -rf /var/lib/apt/lists/*
COPY --from=unpacked /unpacked/usr/bin/prometheus /unpacked/usr/bin/promtool /bin/
RUN install -d -o nobody -g nogroup -m 775 /prometheus
USER nobody
WORKDIR /prometheus
VOLUME /prometheus
EXPOSE 9090
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
