package io.outboxrelay.jdbc;

import static io.outboxrelay.failure.FailureKind.FENCED;
import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Says what the relay does about an error of PostgreSQL or its driver, and what an operator should do.
 *
 * <p>An error that is not in the table is TRANSIENT: the relay starts over with a new session, backs off, is not ready and says
 * why, for as long as it takes. Every other answer is worse for an unknown error: to end would leave the outbox unread after
 * something that the next attempt may not meet, to go on would be a guess about rows. A lasting mistake in the
 * settings does not hide behind that, since every new session is inspected first and a failed inspection is MISCONFIGURED.
 *
 * <p>The states are those of PostgreSQL's appendix "Error Codes" and of the driver's {@code PSQLState}.
 */
public final class PostgresFailures {

    /** The parameter that a statement with the session's guard names when it has landed on a session that is not ours. */
    private static final String SESSION_LOST = "outbox_relay.session_lost";

    private static final String FOREIGN =
            "a pooler stands before the database, and a statement landed on a session that is not the relay's: ";

    private static final Rule UNKNOWN =
            new Rule(TRANSIENT, "the relay tries again; look at the server's log if it does not pass");
    private static final Rule FOREIGN_SESSION = new Rule(TRANSIENT, PoolerCheck.REMEDY);
    private static final Rule STARTUP_PARAMETER = new Rule(
            MISCONFIGURED,
            "remove the parameter from source.url, or name it in the pooler's list (PgBouncer: ignore_startup_parameters)");
    private static final Rule POOLER = new Rule(
            TRANSIENT,
            "see the log of the pooler: its own errors look like this, the database's do not; the relay tries again");
    private static final Rule AWAY = new Rule(
            TRANSIENT, "check that the server runs and that source.url has its host and port; the relay waits for it");
    private static final Rule UNKNOWN_HOST =
            new Rule(TRANSIENT, "check the host in source.url and the name service; the relay waits for it");
    private static final Rule CUT = new Rule(
            TRANSIENT,
            "nothing if it passes: the relay connects again; else check the network, and the ssl parameters of source.url");
    private static final Rule NO_ROOM = new Rule(
            TRANSIENT,
            "the relay needs two connections, three with source.listen, and to read the log five, six where it deletes rows by it: raise"
                    + " max_connections, max_wal_senders or the role's CONNECTION LIMIT, or close others; it waits for them");
    private static final Rule CONTENDED = new Rule(TRANSIENT, "nothing; the relay tries again");
    private static final Rule LOGIN_REFUSED = new Rule(
            MISCONFIGURED,
            "correct source.username and source.password; what comes from files is read anew at each attempt");
    private static final Rule NOT_LET_IN = new Rule(
            MISCONFIGURED, "let the role in: it must exist, have LOGIN, and match a line of the server's pg_hba.conf");
    private static final Rule NEGOTIATION = new Rule(
            MISCONFIGURED, "set source.password if it is missing, and make sslmode in source.url fit the server");

    /** What is known, by state and, where every state of a class is alike, by the class's two characters. */
    private static final Map<String, Rule> RULES = Map.ofEntries(
            Map.entry("08", CUT),
            Map.entry("08001", AWAY),
            Map.entry("08004", NEGOTIATION),
            Map.entry("08P01", POOLER),
            Map.entry("22023", new Rule(MISCONFIGURED, "correct the parameters of source.url")),
            Map.entry(
                    "25006",
                    new Rule(
                            TRANSIENT,
                            "the session is read-only: a failover may be under way, the disk may be full, or source.url does not lead to the primary")),
            Map.entry("28", NOT_LET_IN),
            Map.entry("28P01", LOGIN_REFUSED),
            Map.entry("3D000", new Rule(MISCONFIGURED, "correct the database in source.url, or create it")),
            Map.entry("3F000", new Rule(MISCONFIGURED, "correct the schema in outbox.table, or create it")),
            Map.entry("40", CONTENDED),
            Map.entry(
                    "42501",
                    new Rule(
                            MISCONFIGURED,
                            "grant the relay's role what it lacks: to poll, USAGE on the schema, SELECT and DELETE on the table, SELECT on its sequence;"
                                    + " to read the log, REPLICATION, and to delete rows by it USAGE, DELETE and SELECT on the id;"
                                    + " outbox-relay init-sql --config FILE prints the statements")),
            Map.entry(
                    "42703",
                    new Rule(MISCONFIGURED, "correct the names under outbox.columns and route, or add the column")),
            Map.entry("42P01", new Rule(MISCONFIGURED, "correct outbox.table, or create the table")),
            Map.entry(
                    "42883",
                    new Rule(
                            MISCONFIGURED,
                            "the relay needs PostgreSQL 13 or later itself, not a server that resembles it")),
            Map.entry(
                    "53",
                    new Rule(
                            TRANSIENT,
                            "the server is out of memory, disk or another resource; the relay waits for it")),
            Map.entry("53300", NO_ROOM),
            Map.entry(
                    "55006",
                    new Rule(
                            FENCED,
                            "nothing, if another relay is meant to read from the slot: this one stands by and takes over; else end the other")),
            Map.entry("55P03", CONTENDED),
            Map.entry("57", CUT),
            Map.entry("57014", CONTENDED),
            Map.entry("57P03", AWAY));

    private PostgresFailures() {}

    /**
     * Classifies an error by its SQLSTATE. The message holds the server's primary message only, because its detail may quote
     * row values, and not that where it may quote them itself; and no password.
     *
     * @param error what the driver threw
     * @param settings of the connection that it was thrown on or for; named in the message, without secrets
     */
    public static Failure classify(SQLException error, ConnectionSettings settings) {
        String state = error.getSQLState();
        String message = quotesValues(state) ? "a value is not as an expression needs it to be" : message(error);
        String who = settings.username() == null ? "" : " as " + settings.username();
        Rule rule = rule(error, state, message, settings);
        String what = (rule.equals(FOREIGN_SESSION) ? FOREIGN : "")
                + settings.scrub(message.replace(settings.url(), settings.urlShown()))
                + (state == null ? "" : " (SQLSTATE " + state + ")") + ", at " + settings.urlShown() + who;
        Failure failure = Failure.of(rule.kind(), what, rule.remedy(), error);
        return rule.equals(LOGIN_REFUSED) || rule.equals(NOT_LET_IN) ? failure.ofLogin() : failure;
    }

    /** What is wrong with data, such as {@code invalid input syntax for type integer: "..."}; 22023 is of parameters. */
    private static boolean quotesValues(@Nullable String state) {
        return state != null && state.startsWith("22") && !state.equals("22023");
    }

    private static Rule rule(SQLException error, @Nullable String state, String message, ConnectionSettings settings) {
        if (unknownHost(error) != null) {
            return UNKNOWN_HOST;
        }
        Optional<TlsProblem> tls = TlsProblem.of(error, UrlParameters.of(settings.url()));
        if (tls.isPresent()) {
            return new Rule(MISCONFIGURED, tls.get().remedy());
        }
        if (state == null) {
            return UNKNOWN;
        }
        // The parameter's name stays as it is in every language that the server may speak.
        if (state.equals("42704") && message.contains(SESSION_LOST)) {
            return FOREIGN_SESSION;
        }
        if (state.equals("08P01") && message.contains("startup parameter")) {
            return STARTUP_PARAMETER;
        }
        Rule exact = RULES.get(state);
        if (exact != null) {
            return exact;
        }
        return RULES.getOrDefault(state.length() < 2 ? "" : state.substring(0, 2), UNKNOWN);
    }

    private static String message(SQLException error) {
        if (error instanceof PSQLException fromServer) {
            ServerErrorMessage answer = fromServer.getServerErrorMessage();
            if (answer != null && answer.getMessage() != null) {
                return answer.getMessage();
            }
        }
        Throwable unknownHost = unknownHost(error);
        if (unknownHost != null) {
            return "unknown host " + unknownHost.getMessage();
        }
        String own = String.valueOf(error.getMessage());
        Throwable cause = error.getCause();
        // "The connection attempt failed." says nothing without what made it fail.
        return cause == null || cause.getMessage() == null || own.contains(cause.getMessage())
                ? own
                : own + " " + cause.getMessage();
    }

    private static @Nullable Throwable unknownHost(SQLException error) {
        Throwable cause = error.getCause();
        return cause instanceof UnknownHostException ? cause : null;
    }

    private record Rule(FailureKind kind, String remedy) {}
}
