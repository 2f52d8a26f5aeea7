package io.outboxrelay.sidecar;

import io.outboxrelay.jdbc.ConnectionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Somebody with more rights than the relay, as whom a command works where the relay connects. */
final class AdminLogin {

    private AdminLogin() {}

    /**
     * How to connect.
     *
     * @param relay where to
     * @param passwordFile where the role's password stands, or null if it needs none
     * @param silenceMax how long a statement may take; making a slot waits until every open transaction has ended
     * @throws ParameterException where the file cannot be read
     */
    static ConnectionSettings of(
            ConnectionSettings relay,
            String role,
            @Nullable Path passwordFile,
            Duration silenceMax,
            CommandSpec command) {
        try {
            String password =
                    passwordFile == null ? null : Files.readString(passwordFile).stripTrailing();
            return new ConnectionSettings(relay.url(), role, password, relay.connectTimeout(), silenceMax);
        } catch (IOException e) {
            throw new ParameterException(command.commandLine(), "cannot read " + passwordFile + ": " + e, e);
        }
    }
}
