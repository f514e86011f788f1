# Broker, forwarder and command line in one image; docker-compose.yml shows it at work.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
# The embedded Postgres of `tailrace dev` stays out: an image runs beside a Postgres of its own.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -DskipTests -Dspotless.check.skip=true -pl cli -am package \
    && rm -f cli/target/tailrace/lib/embedded-postgres-binaries-*.jar

FROM eclipse-temurin:17-jre
COPY --from=build /src/cli/target/tailrace/lib /opt/tailrace/lib
COPY LICENSE /opt/tailrace/
# Programs start with an archive of the classes they need (docs/adr/0028); without it they start as well, only slower.
RUN java -Xlog:disable -XX:ArchiveClassesAtExit=/opt/tailrace/classes.jsa \
    -cp "$(echo /opt/tailrace/lib/*.jar | tr ' ' ':')" io.tailrace.cli.start.StartClasses \
    || rm -f /opt/tailrace/classes.jsa
USER 1000:1000
# 9092 is the broker's. TAILRACE_JAVA_OPTS comes last and wins.
EXPOSE 9092
ENTRYPOINT ["sh", "-c", "exec java -XX:SharedArchiveFile=/opt/tailrace/classes.jsa -Xlog:cds=off -Xlog:cds+dynamic=off -XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true ${TAILRACE_JAVA_OPTS:-} -cp \"$(echo /opt/tailrace/lib/*.jar | tr ' ' ':')\" io.tailrace.cli.Main \"$@\"", "tailrace"]
CMD ["--help"]
