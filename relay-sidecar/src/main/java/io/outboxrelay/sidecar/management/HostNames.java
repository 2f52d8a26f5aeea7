package io.outboxrelay.sidecar.management;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By which names the server may be called. A page of somebody else's that a browser shows on this host can have the name of its own server
 * resolved to 127.0.0.1, and then read what is served there as if it were its own ("DNS rebinding"). Such a request names the page's
 * server. So whoever listens for its own host alone is called {@code localhost} or by an address, and by nothing else; behind an address
 * that others reach, the names are not known and any will do.
 */
final class HostNames {

    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9a-f:.%]+]|\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern PORT = Pattern.compile(":\\d*$");

    private final boolean isOwnHostAlone;
    private final String given;

    /** @param given the host as the settings name it: whoever asks may call it so */
    HostNames(InetAddress bound, String given) {
        this.isOwnHostAlone = bound.isLoopbackAddress();
        this.given = given.toLowerCase(Locale.ROOT);
    }

    /** @param host as the header says it, with or without a port; null where there was none, as no browser does it */
    boolean isOurs(@Nullable String host) {
        if (!isOwnHostAlone || host == null) {
            return true;
        }
        String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
        return name.equals(given)
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || ADDRESS.matcher(name).matches();
    }
}
