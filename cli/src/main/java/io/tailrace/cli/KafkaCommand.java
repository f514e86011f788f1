package io.tailrace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "kafka",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Run one of Apache Kafka's own command-line tools.",
        footer = "Without a tool, the list of them. `tailrace kafka TOOL --help` shows the tool's own help.")
final class KafkaCommand implements Callable<Integer> {

    @Parameters(arity = "0..*", paramLabel = "TOOL …", description = "The tool's name, then its own arguments.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws Exception {
        if (arguments.isEmpty()) {
            System.out.println(String.join(System.lineSeparator(), KafkaTools.names()));
            return 0;
        }
        KafkaTools.run(arguments.get(0), arguments.subList(1, arguments.size()));
        return 0;
    }
}
