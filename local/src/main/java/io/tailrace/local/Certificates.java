package io.tailrace.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A certificate authority made for one {@link LocalKafka}, a server certificate for 127.0.0.1 and localhost, and a client
 * certificate; all with the JDK's own keytool. Every store has the password of {@link #passwordFile}. Immutable.
 */
public final class Certificates {

    private static final Duration KEYTOOL_LIMIT = Duration.ofSeconds(60);

    private final Path directory;

    private Certificates(Path directory) {
        this.directory = directory;
    }

    /** Makes them, if the directory does not hold them already. */
    static Certificates in(Path directory) {
        Certificates certificates = new Certificates(Directories.create(directory));
        if (!Files.exists(certificates.trustStorePem())) {
            certificates.make();
        }
        return certificates;
    }

    /** The authority's certificate as text. */
    public Path trustStorePem() {
        return directory.resolve("ca.pem");
    }

    public Path trustStorePkcs12() {
        return directory.resolve("truststore.p12");
    }

    public Path trustStoreJks() {
        return directory.resolve("truststore.jks");
    }

    /** The server's certificate and key. */
    public Path serverKeyStore() {
        return directory.resolve("server.p12");
    }

    /** A client's certificate and key, for a listener that asks for one. */
    public Path clientKeyStore() {
        return directory.resolve("client.p12");
    }

    public Path passwordFile() {
        return directory.resolve("store-password");
    }

    public String password() {
        return PrivateFile.secret(passwordFile());
    }

    private void make() {
        password();
        signed("server", "SAN=dns:localhost,ip:127.0.0.1");
        signed("client", "EKU=clientAuth");
        try {
            writeTrustStores();
        } catch (IOException | GeneralSecurityException e) {
            throw new LocalServerException("the certificates could not be made: " + e.getMessage(), e);
        }
    }

    /** Makes the authority in the store first: keytool signs with a key of the same store only. */
    private void signed(String name, String extension) {
        Path ca = directory.resolve("ca.p12");
        if (!Files.exists(ca)) {
            keytool(ca, "-genkeypair", "-alias", "ca", "-dname", "CN=Tailrace local CA", "-ext", "BC:critical=ca:true");
        }
        Path store = directory.resolve(name + ".p12");
        try {
            Files.copy(ca, store);
            keytool(store, "-genkeypair", "-alias", name, "-dname", "CN=" + name, "-ext", extension, "-signer", "ca");
            KeyStore keys = load(store);
            keys.deleteEntry("ca");
            store(keys, store);
        } catch (IOException | GeneralSecurityException e) {
            throw new LocalServerException("the certificates could not be made: " + e.getMessage(), e);
        }
    }

    private void keytool(Path store, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass:file", passwordFile().toString()));
        ChildProcess keytool = ChildProcess.start("keytool", command, Map.of(), directory.resolve("keytool.log"));
        if (!keytool.waitFor(KEYTOOL_LIMIT) || keytool.onExit().join() != 0) {
            keytool.kill();
            throw new LocalServerException("keytool failed: " + keytool.logTail(5));
        }
    }

    private void writeTrustStores() throws IOException, GeneralSecurityException {
        Certificate authority = load(directory.resolve("ca.p12")).getCertificate("ca");
        for (Path file : List.of(trustStorePkcs12(), trustStoreJks())) {
            KeyStore trust = KeyStore.getInstance(file.toString().endsWith(".jks") ? "JKS" : "PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("ca", authority);
            store(trust, file);
        }
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority.getEncoded());
        Files.writeString(trustStorePem(), "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
    }

    private KeyStore load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password().toCharArray());
        }
        return store;
    }

    private void store(KeyStore keys, Path file) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            keys.store(out, password().toCharArray());
        }
    }
}
