package io.outboxrelay.jdbc;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says what the relay does about an error of MySQL or its driver, and what an operator should do. As with {@link PostgresFailures}, an
 * error that is not in the table is TRANSIENT: tried again visibly, for as long as it takes.
 *
 * <p>The numbers are those of MySQL's "Server Error Message Reference". The driver's own errors have none, only a state.
 */
public final class MySqlFailures {

    private static final Rule UNKNOWN =
            new Rule(TRANSIENT, "the relay tries again; look at the server's log if it does not pass");
    private static final Rule AWAY = new Rule(
            TRANSIENT, "check that the server runs and that source.url has its host and port; the relay waits for it");
    private static final Rule UNKNOWN_HOST =
            new Rule(TRANSIENT, "check the host in source.url and the name service; the relay waits for it");
    private static final Rule LOGIN_REFUSED = new Rule(
            MISCONFIGURED,
            "correct source.username and source.password; what comes from files is read anew at each attempt");
    private static final Rule RIGHTS = new Rule(
            MISCONFIGURED,
            "grant the relay's user REPLICATION SLAVE and REPLICATION CLIENT on *.*, and SELECT on the outbox table");
    private static final Rule NOT_LET_IN = new Rule(
            MISCONFIGURED,
            "make the user for the host that the relay comes from, unlocked and with a password that is valid");
    private static final Rule NO_ROOM = new Rule(
            TRANSIENT, "raise max_connections, or the user's own limit, or close others; the relay waits for it");
    private static final Rule CONTENDED = new Rule(TRANSIENT, "nothing; the relay tries again");
    private static final Rule TLS = new Rule(
            MISCONFIGURED,
            "make sslMode in source.url fit the server, and trustCertificateKeyStoreUrl hold the authority of its certificate");
    private static final Rule KEY = new Rule(
            MISCONFIGURED,
            "encrypt the connection (sslMode=REQUIRED or better in source.url), or add allowPublicKeyRetrieval=true");

    /** Where the log that is asked for is no longer there, as the server says to a reader of its log. */
    public static final int LOG_UNREADABLE = 1236;

    private static final Map<Integer, Rule> RULES = new HashMap<>();

    static {
        rule(LOGIN_REFUSED, 1045, 1698);
        rule(RIGHTS, 1044, 1142, 1143, 1227, 1370);
        rule(NOT_LET_IN, 1129, 1130, 1820, 1862, 3118);
        rule(NO_ROOM, 1040, 1203, 1226);
        rule(CONTENDED, 1205, 1213, 1317, 3024);
        rule(TLS, 3159);
        rule(new Rule(MISCONFIGURED, "correct the database in source.url, or create it"), 1049);
        rule(new Rule(MISCONFIGURED, "correct outbox.table, or create the table"), 1146);
        rule(new Rule(MISCONFIGURED, "correct the names under outbox.columns and route, or add the column"), 1054);
        rule(
                new Rule(
                        POSITION_LOST,
                        "keep binary logs for longer than the relay may be away (binlog_expire_logs_seconds); what was purged"
                                + " is not to be had any more: decide whether to go on without it, by outbox-relay repair"),
                LOG_UNREADABLE);
        rule(new Rule(TRANSIENT, "another reader took the relay's server id: give it one of its own"), 1158);
    }

    private MySqlFailures() {}

    private static void rule(Rule rule, int... numbers) {
        for (int number : numbers) {
            RULES.put(number, rule);
        }
    }

    /**
     * Classifies an error.
     *
     * @param error what the driver threw
     * @param settings of the connection that it was thrown on or for; named in the message, without secrets
     */
    public static Failure classify(SQLException error, ConnectionSettings settings) {
        return classify(error.getErrorCode(), error.getSQLState(), error, settings);
    }

    /**
     * The same for what was not thrown as an {@link SQLException}.
     *
     * @param number the server's number of the error, 0 where there is none
     * @param state its SQLSTATE, or null
     */
    public static Failure classify(int number, @Nullable String state, Exception error, ConnectionSettings settings) {
        Rule rule = rule(number, state, error);
        String code = number == 0 ? (state == null ? "" : " (SQLSTATE " + state + ")") : " (error " + number + ")";
        String who = settings.username() == null ? "" : " as " + settings.username();
        String what = settings.scrub(message(error).replace(settings.url(), settings.urlShown()));
        Failure failure =
                Failure.of(rule.kind(), what + code + ", at " + settings.urlShown() + who, rule.remedy(), error);
        return rule.equals(LOGIN_REFUSED) ? failure.ofLogin() : failure;
    }

    private static Rule rule(int number, @Nullable String state, Exception error) {
        Rule known = RULES.get(number);
        if (known != null) {
            return known;
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return UNKNOWN_HOST;
            }
            if (cause instanceof SSLException) {
                return TLS;
            }
            if (String.valueOf(cause.getMessage()).contains("Public Key Retrieval is not allowed")) {
                return KEY;
            }
        }
        return state != null && state.startsWith("08") ? AWAY : UNKNOWN;
    }

    /** The driver writes several lines, the first of which says what happened. */
    private static String message(Exception error) {
        Throwable root = error;
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        String own =
                String.valueOf(error.getMessage()).strip().lines().findFirst().orElse("");
        String deepest =
                String.valueOf(root.getMessage()).strip().lines().findFirst().orElse("");
        return root == error || own.contains(deepest) ? own : own + " " + deepest;
    }

    private record Rule(FailureKind kind, String remedy) {}
}
