package io.tailrace.e2e.client;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The clients that can do what an {@link EachClient} asks for. Confined to the test's thread. */
final class EachClientProvider implements ArgumentsProvider, AnnotationConsumer<EachClient> {

    private static final String CHOSEN = System.getProperty("tailrace.test.clients", "");

    private List<Capability> wanted = List.of();

    @Override
    public void accept(EachClient annotation) {
        wanted = List.of(annotation.can());
    }

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        return chosen(wanted).stream().map(Arguments::of);
    }

    /** Those that can, and that the run is for. */
    static List<ClientKind> chosen(List<Capability> wanted) {
        return Arrays.stream(ClientKind.values())
                .filter(kind -> kind.can(wanted))
                .filter(kind ->
                        CHOSEN.isEmpty() || Arrays.asList(CHOSEN.split(",", -1)).contains(kind.name()))
                .toList();
    }
}
