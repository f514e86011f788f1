package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said about docker-compose.yml without a Docker engine. */
class ComposeFileTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final Pattern SECRET_FILE = Pattern.compile("/secrets/([\\w.-]+)");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private static Path secrets;

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static JsonNode compose;

    @BeforeAll
    static void readAndSetUp() throws IOException, InterruptedException {
        compose =
                new YAMLMapper().readTree(CHECKOUT.resolve("docker-compose.yml").toFile());
        ProcessBuilder setup = new ProcessBuilder(
                        "sh", CHECKOUT.resolve("docker/setup.sh").toString(), secrets.toString())
                .redirectErrorStream(true);
        setup.environment().merge("PATH", System.getProperty("java.home") + "/bin", (path, java) -> java + ":" + path);
        Process process = setup.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    void shouldDependOnServicesThatExist() {
        // When
        List<String> dependencies = new ArrayList<>();
        compose.get("services")
                .forEach(service -> service.path("depends_on").fieldNames().forEachRemaining(dependencies::add));

        // Then
        assertThat(dependencies).isNotEmpty().allMatch(compose.get("services")::has);
    }

    @Test
    void shouldMountVolumesAndFilesThatExist() {
        // When
        List<String> sources = new ArrayList<>();
        compose.get("services").forEach(service -> service.path("volumes")
                .forEach(volume -> sources.add(volume.asText().split(":", 2)[0])));

        // Then
        assertThat(sources)
                .isNotEmpty()
                .allMatch(source -> source.startsWith(".")
                        ? Files.isRegularFile(CHECKOUT.resolve(source))
                        : compose.get("volumes").has(source));
    }

    @Test
    void shouldUseOnlySecretsThatTheSetupMakes() throws IOException {
        // When
        Matcher matcher = SECRET_FILE.matcher(Files.readString(CHECKOUT.resolve("docker-compose.yml")));
        List<String> files = matcher.results().map(match -> match.group(1)).toList();

        // Then
        assertThat(files)
                .contains("postgres-password", "kafka-password", "ca.pem", "kafka.properties")
                .allMatch(file -> Files.isRegularFile(secrets.resolve(file)));
    }

    @Test
    void shouldConfigureTheBroker() throws IOException {
        // When
        BrokerConfig config = ConfigLoader.load(BrokerConfig.class, null, environment("broker"));

        // Then
        assertThat(config.broker().bindsEveryAddress()).isTrue();
        assertThat(config.broker().advertisedHost()).isEqualTo("localhost");
        assertThat(ports("broker"))
                .containsExactly("127.0.0.1:9092:" + config.broker().port());
        assertPostgres(config.postgres());
    }

    @Test
    void shouldConfigureTheForwarder() throws IOException {
        // When
        ForwarderConfig config = ConfigLoader.load(ForwarderConfig.class, null, environment("forwarder"));

        // Then
        assertThat(config.kafka().securityProtocol()).isEqualTo("SASL_SSL");
        assertThat(config.kafka().truststore()).hasFileName("ca.pem");
        assertThat(Files.readString(secrets.resolve("kafka.properties")))
                .contains("advertised.listeners=NETWORK://" + config.kafka().bootstrapServers() + ",")
                .contains("user_%s=\"%s\""
                        .formatted(
                                config.kafka().username(),
                                config.kafka().password().value()));
        assertPostgres(config.postgres());
    }

    @Test
    void shouldAdvertiseThePortOfKafkaThatIsOpen() throws IOException {
        // Then
        assertThat(ports("kafka")).containsExactly("127.0.0.1:19092:19092");
        assertThat(Files.readString(secrets.resolve("kafka.properties"))).contains(",HOST://localhost:19092,");
    }

    @Test
    void shouldRunCommandsThatTheImageHas() {
        // Then
        for (String service : List.of("setup", "broker", "forwarder")) {
            assertThat(service(service).get("image").asText()).isEqualTo("tailrace:local");
            assertThat(service(service).get("build").asText()).isEqualTo(".");
        }
        for (String program : List.of("broker", "forwarder")) {
            assertThat(service(program).get("command").get(0).asText()).isEqualTo(program);
        }
        assertThat(CHECKOUT.resolve("Dockerfile")).isRegularFile();
    }

    @Test
    void shouldTurnOnLogicalDecoding() {
        // Then
        assertThat(service("postgres").get("command").toString()).contains("wal_level=logical");
    }

    @Test
    void shouldHoldNoPassword() {
        // When
        List<String> names = new ArrayList<>();
        compose.get("services")
                .forEach(service -> service.path("environment").fieldNames().forEachRemaining(names::add));

        // Then
        assertThat(names)
                .filteredOn(name -> name.contains("PASSWORD"))
                .isNotEmpty()
                .allMatch(name -> name.endsWith("_FILE"));
    }

    private static void assertPostgres(PostgresConfig config) throws IOException {
        JsonNode postgres = service("postgres").get("environment");
        assertThat(compose.get("services").has(config.host())).isTrue();
        assertThat(config.database()).isEqualTo(postgres.get("POSTGRES_DB").asText());
        assertThat(config.user()).isEqualTo(postgres.get("POSTGRES_USER").asText());
        assertThat(config.password().value()).isEqualTo(Files.readString(secrets.resolve("postgres-password")));
    }

    private static JsonNode service(String name) {
        return compose.get("services").get(name);
    }

    private static List<String> ports(String service) {
        List<String> ports = new ArrayList<>();
        service(service).get("ports").forEach(port -> ports.add(port.asText()));
        return ports;
    }

    /** With the directory of this test in place of the volume. */
    private static Map<String, String> environment(String service) {
        return service(service).get("environment").properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        variable -> variable.getValue().asText().replace("/secrets/", secrets + "/")));
    }
}
