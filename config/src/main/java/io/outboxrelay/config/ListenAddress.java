package io.outboxrelay.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server of the relay listens.
 *
 * @param host a name or an address, IPv6 without brackets; {@code *} stands for every network
 * @param port 0 to 65535; 0 stands for any free one
 */
public record ListenAddress(String host, int port) {

    /** For every network of the host. */
    public static final String EVERYWHERE = "*";

    private static final int PORT_MAX = 65_535;
    private static final Pattern SHAPE = Pattern.compile(
            "(\\*|\\[(?<v6>[0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|(?<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)):(?<port>\\d{1,5})");

    /** The address of {@code host:port}, {@code [::1]:port} or {@code *:port}; nothing where it is none of these. */
    static Optional<ListenAddress> parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > PORT_MAX) {
            return Optional.empty();
        }
        String host = matcher.group("v6") == null ? matcher.group("name") : matcher.group("v6");
        return Optional.of(
                new ListenAddress(host == null ? EVERYWHERE : host, Integer.parseInt(matcher.group("port"))));
    }

    /** How it is reached from this host: what listens on every network, does so on the host's own as well. */
    public ListenAddress fromThisHost() {
        return switch (host) {
            case EVERYWHERE, "0.0.0.0" -> new ListenAddress("127.0.0.1", port);
            case "::" -> new ListenAddress("::1", port);
            default -> this;
        };
    }

    /** As it is written in a setting. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
