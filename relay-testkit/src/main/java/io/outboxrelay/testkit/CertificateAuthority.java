package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * Makes certificates for servers in tests, in PEM files: X.509 version 3, keys on the curve P-256, signed by this authority. The
 * files are the caller's to delete. Safe to use from any thread.
 */
public final class CertificateAuthority {
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final int ALTERNATIVE_DNS = 2;
    private static final int ALTERNATIVE_ADDRESS = 7;
    private static final Duration LONG = Duration.ofDays(365);
    private static final Duration CLOCKS_MAY_DIFFER = Duration.ofHours(1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final String name;
    private final KeyPair keys = newKeys();
    private final Path certificate;

    private CertificateAuthority(Path directory, String name) {
        this.directory = directory;
        this.name = name;
        byte[] constraints = extension(BASIC_CONSTRAINTS, Der.sequence(Der.isTrue()));
        this.certificate = write(
                name + ".pem",
                pem("CERTIFICATE", signed(name, keys, Instant.now().plus(LONG), constraints)));
    }

    /**
     * What a server shows and what it keeps to itself.
     *
     * @param certificate PEM, for everybody to read
     * @param key PEM (PKCS 8), readable by the owner only
     * @param both certificate and key in one file, readable by the owner only, as Kafka takes it
     */
    public record Identity(Path certificate, Path key, Path both) {}

    /** An authority that nobody knows yet. Its files, and those of what it issues, go into the directory. */
    public static CertificateAuthority in(Path directory, String name) {
        return new CertificateAuthority(directory, name);
    }

    /** Its own certificate, for those who are to trust it: PEM. */
    public Path certificate() {
        return certificate;
    }

    /** A certificate for these hosts: names, or addresses in digits. Valid for a year. */
    public Identity issue(String... hosts) {
        return issueUntil(Instant.now().plus(LONG), hosts);
    }

    /** A certificate for these hosts that was valid until yesterday. */
    public Identity issueExpired(String... hosts) {
        return issueUntil(Instant.now().minus(Duration.ofDays(1)), hosts);
    }

    private Identity issueUntil(Instant end, String... hosts) {
        KeyPair server = newKeys();
        byte[][] names = List.of(hosts).stream()
                .map(CertificateAuthority::alternativeName)
                .toArray(byte[][]::new);
        String shown =
                pem("CERTIFICATE", signed(hosts[0], server, end, extension(ALTERNATIVE_NAMES, Der.sequence(names))));
        String secret = pem("PRIVATE KEY", server.getPrivate().getEncoded());
        String file = name + "-" + hosts[0] + "-" + RANDOM.nextInt(Integer.MAX_VALUE) + ".";
        return new Identity(
                write(file + "crt", shown), write(file + "key", secret), write(file + "pem", secret + shown));
    }

    private byte[] signed(String subject, KeyPair of, Instant end, byte[] extension) {
        byte[] algorithm = Der.sequence(Der.object(ECDSA_WITH_SHA256));
        Instant start = Instant.now().minus(CLOCKS_MAY_DIFFER);
        byte[] content = Der.sequence(
                Der.numbered(0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(63, RANDOM).add(BigInteger.ONE)),
                algorithm,
                commonName(name),
                Der.sequence(Der.time(start.isBefore(end) ? start : end.minus(LONG)), Der.time(end)),
                commonName(subject),
                of.getPublic().getEncoded(),
                Der.numbered(3, Der.sequence(extension)));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            return Der.sequence(content, algorithm, Der.bits(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate cannot be signed", e);
        }
    }

    private static byte[] commonName(String value) {
        return Der.sequence(Der.set(Der.sequence(Der.object(COMMON_NAME), Der.text(value))));
    }

    private static byte[] extension(String object, byte[] value) {
        return Der.sequence(Der.object(object), Der.isTrue(), Der.octets(value));
    }

    private static byte[] alternativeName(String host) {
        if (!host.matches("[0-9.]+")) {
            return Der.numberedPlain(ALTERNATIVE_DNS, host.getBytes(StandardCharsets.US_ASCII));
        }
        try {
            return Der.numberedPlain(
                    ALTERNATIVE_ADDRESS, InetAddress.getByName(host).getAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("not an address: " + host, e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has elliptic curves", e);
        }
    }

    private static String pem(String what, byte[] encoded) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END " + what + "-----\n";
    }

    private Path write(String file, String text) {
        try {
            Path path = Files.writeString(directory.resolve(file), text);
            boolean secret = text.contains("PRIVATE");
            return Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
