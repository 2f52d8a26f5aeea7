package io.outboxrelay.sidecar;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * A command that was run to its end in this process.
 *
 * @param status its exit status
 * @param out what it printed
 * @param err what it complained about
 */
record CommandRun(int status, String out, String err) {

    static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = RootCommand.line();
        command.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        int status = command.execute(arguments);
        return new CommandRun(status, out.toString(), err.toString());
    }

    /** All of it, for a golden file. */
    String shown() {
        return out + (err.isEmpty() ? "" : "--- stderr\n" + err) + "--- exit status " + status + "\n";
    }
}
