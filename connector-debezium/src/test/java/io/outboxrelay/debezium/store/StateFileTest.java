package io.outboxrelay.debezium.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("state");
    }

    @Test
    void what_was_put_is_there_after_it_was_opened_anew() {
        try (StateStore store = StateFile.open(file)) {
            assertThat(store.values()).isEmpty();
            store.put("a", "tab\t, line\r\n, back\\slash and \\n, sha256\t, Grüße 🙂");
            store.put("sha256", "");
            store.put("b", "1");
            store.put("b", "2");
            store.put("gone", "x");
            store.remove("gone");
            store.remove("never there");
        }
        try (StateStore store = StateFile.open(file)) {
            assertThat(store.values())
                    .isEqualTo(Map.of(
                            "a", "tab\t, line\r\n, back\\slash and \\n, sha256\t, Grüße 🙂", "sha256", "", "b", "2"));
        }
    }

    /** Five steps: the fifth crash comes after the value was said to be durable. */
    @ParameterizedTest
    @CsvSource({
        "0, 0.5", "1, 0", "1, 0.5", "1, 1", "2, 0", "2, 0.5", "2, 1", "3, 0", "3, 0.5", "3, 1", "4, 0", "4, 0.5", "4, 1"
    })
    void a_power_cut_at_any_step_leaves_the_old_value_or_the_new_one(int steps, double share) throws IOException {
        for (boolean renamed : new boolean[] {false, true}) {
            Files.deleteIfExists(file);
            try (StateStore store = StateFile.open(file)) {
                store.put("position", "old");
            }
            boolean wasDurable = putAndCut(new CrashingDisk(steps, new CrashingDisk.Remains(share, renamed)));
            try (StateStore store = StateFile.open(file)) {
                assertThat(store.values()).hasSize(1);
                assertThat(store.values().get("position"))
                        .isIn(wasDurable ? new String[] {"new"} : new String[] {"old", "new"});
                store.put("position", "newer");
            }
        }
    }

    private boolean putAndCut(CrashingDisk disk) throws IOException {
        boolean wasDurable = true;
        try (StateStore store = StateFile.open(file, disk)) {
            store.put("position", "new");
        } catch (CrashingDisk.PowerCut e) {
            wasDurable = false;
        }
        disk.cut();
        return wasDurable;
    }

    @Test
    void a_power_cut_before_the_very_first_value_leaves_nothing_stored() throws IOException {
        CrashingDisk disk = new CrashingDisk(2, new CrashingDisk.Remains(0.5, false));
        assertThat(putAndCut(disk)).isFalse();
        try (StateStore store = StateFile.open(file)) {
            assertThat(store.values()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 20, 25, 40, 100})
    void a_file_that_was_cut_short_is_lost_and_not_empty(int bytes) throws IOException {
        try (StateStore store = StateFile.open(file)) {
            store.put("position", "0/16B3748");
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, bytes));

        // Shorter than its first words, it could be anybody's; it is refused all the same.
        assertThat(refusal()).isIn(FailureKind.POSITION_LOST, FailureKind.MISCONFIGURED);
        assertThat(Files.size(file)).isEqualTo(bytes);
    }

    @Test
    void a_file_in_which_a_digit_was_changed_is_lost() throws IOException {
        try (StateStore store = StateFile.open(file)) {
            store.put("position", "0/16B3748");
        }
        Files.writeString(file, Files.readString(file).replace("16B3748", "16B3749"));
        assertThat(refusal()).isEqualTo(FailureKind.POSITION_LOST);
    }

    @Test
    void a_file_of_zeros_is_lost() throws IOException {
        Files.write(file, new byte[100]);
        assertThat(refusal()).isEqualTo(FailureKind.POSITION_LOST);
    }

    @Test
    void a_file_of_a_later_version_is_lost() throws IOException {
        Files.writeString(file, "outbox-relay-state 2\nwhatever\n");
        assertThat(refusal()).isEqualTo(FailureKind.POSITION_LOST);
    }

    @Test
    void somebody_elses_file_is_refused_and_left_alone() throws IOException {
        byte[] photo = {(byte) 0xff, (byte) 0xd8, 0, 1};
        Files.write(file, photo);
        assertThat(refusal()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(Files.readAllBytes(file)).isEqualTo(photo);

        Files.write(file, "source:\n  type: debezium\n".getBytes(StandardCharsets.UTF_8));
        assertThat(refusal()).isEqualTo(FailureKind.MISCONFIGURED);
    }

    @Test
    void a_directory_that_is_missing_is_refused() {
        file = directory.resolve("missing/state");
        assertThat(refusal()).isEqualTo(FailureKind.MISCONFIGURED);
    }

    @Test
    void a_second_pipeline_of_this_process_stands_by() {
        try (StateStore store = StateFile.open(file)) {
            assertThat(refusal()).isEqualTo(FailureKind.FENCED);
            store.put("position", "1");
        }
        StateFile.open(file).close();
    }

    @Test
    void a_second_process_stands_by_until_the_first_has_died() throws IOException, InterruptedException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StateFileHolder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('.');
            assertThat(refusal()).isEqualTo(FailureKind.FENCED);
        } finally {
            other.destroyForcibly().waitFor();
        }
        try (StateStore store = StateFile.open(file)) {
            assertThat(store.values()).isEqualTo(Map.of("held", "by another"));
        }
    }

    @Test
    void a_link_is_followed_and_stays_a_link() throws IOException {
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, file);
        Files.write(file, StoredText.encode(new TreeMap<>(Map.of("a", "1"))));
        try (StateStore store = StateFile.open(link)) {
            store.put("a", "2");
            assertThat(refusal()).isEqualTo(FailureKind.FENCED);
        }
        assertThat(link).isSymbolicLink();
        assertThat(Files.readString(file)).contains("a\t2\n");
    }

    @Test
    void a_disk_that_refuses_leaves_the_value_before() {
        Disk full = new FullDisk();
        try (StateStore store = StateFile.open(file, full)) {
            RelayException refused = catchThrowableOfType(RelayException.class, () -> store.put("a", "1"));
            assertThat(refused.failure().kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(refused.failure().summary())
                    .contains("No space left")
                    .contains(file.getFileName().toString());
            assertThat(store.values()).isEmpty();
        }
    }

    /** What opening is refused with; every refusal says what to do. */
    private FailureKind refusal() {
        RelayException refused = catchThrowableOfType(
                RelayException.class, () -> StateFile.open(file).close());
        assertThat(refused).as("opening %s", file).isNotNull();
        assertThat(refused.failure().problems())
                .allSatisfy(problem -> assertThat(problem.remedy()).isNotEmpty());
        return refused.failure().kind();
    }

    private static final class FullDisk implements Disk {
        @Override
        public void write(Path file, byte[] bytes) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        public void force(Path file) {}

        @Override
        public void rename(Path from, Path to) {}

        @Override
        public void forceDirectory(Path directory) {}
    }
}
