package io.outboxrelay.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Loads the settings of a relay from a YAML file. Everything that is wrong is said at once, each with file, line and column, and
 * no message holds a secret. Asks neither database nor broker.
 */
public final class SettingsLoader {

    private static final long FILE_BYTES_MAX = 1 << 20;

    private final Substitution substitution;

    /** @param environment the value of an environment variable, or null where it is not set: {@code System::getenv} */
    public SettingsLoader(Function<String, @Nullable String> environment) {
        this.substitution = new Substitution(environment);
    }

    /**
     * The settings of a file.
     *
     * @param overrides {@code key=value}, each in place of what the file says
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED, with all problems
     */
    public RelaySettings load(Path file, List<String> overrides) {
        Problems problems = new Problems();
        String fileName = file.toString();
        WrittenSettings written = written(file, problems);
        List<Given> arguments = ArgumentSettings.parse(overrides, problems);
        Sections sections = new Sections(written, arguments, fileName + ":1:1", problems);
        return new SettingsReading(sections, substitution, problems).read();
    }

    /** What a file says, as it is written. */
    static WrittenSettings written(Path file, Problems problems) {
        return YamlSettings.parse(file.toString(), read(file, problems), problems);
    }

    private static String read(Path file, Problems problems) {
        String name = file.toString();
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                problems.add(name, "it is larger than 1 MiB", "name the file of settings");
            } else {
                return Files.readString(file, StandardCharsets.UTF_8);
            }
        } catch (NoSuchFileException e) {
            problems.add(name, "there is no such file", "create it, or correct the path after --config");
        } catch (MalformedInputException e) {
            problems.add(name, "it is not UTF-8 text", "save it as UTF-8");
        } catch (IOException e) {
            problems.add(
                    name,
                    Files.isDirectory(file)
                            ? "it is a directory"
                            : "it cannot be read (" + e.getClass().getSimpleName() + ")",
                    "name a file that the relay's user may read");
        }
        // Without the file everything would be missing: that is said once, and not once for each setting.
        problems.throwIfAny();
        return "";
    }
}
