using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>
/// The public surface is compared with the committed text, so that no change of it goes unseen.
/// <c>LVB_UPDATE_GOLDEN=1</c> writes the text anew.
/// </summary>
public sealed class PublicApiTests
{
    private const string Folder = "tests/Architecture.Tests/PublicApi";

    [Theory]
    [InlineData("LibvirtBackup.Interop")]
    [InlineData("LibvirtBackup")]
    public void The_public_surface_is_the_committed_one(string assembly)
    {
        HashSet<string> generated = [.. RepositoryTree.Sources("src")
            .Where(f => f.IsGenerated)
            .SelectMany(SourceRules.TopLevelTypes)];
        string actual = new ApiPrinter(generated).Print(ProductAssemblies.Load(assembly).GetExportedTypes());
        string path = Path.Combine(RepositoryTree.Root, Folder, $"{assembly}.txt");
        if (Environment.GetEnvironmentVariable("LVB_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        string expected = File.Exists(path) ? File.ReadAllText(path) : string.Empty;

        string[] added = [.. Lines(actual).Except(Lines(expected), StringComparer.Ordinal).Select(l => $"+ {l}")];
        string[] removed = [.. Lines(expected).Except(Lines(actual), StringComparer.Ordinal).Select(l => $"- {l}")];
        Breaches.None([.. removed, .. added]);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void The_text_tells_everything_that_a_user_can_depend_on()
    {
        string text = new ApiPrinter(new HashSet<string>()).Print([typeof(ApiSample), typeof(ApiSample.Kind)]);
        Assert.Equal(
            """
            namespace LibvirtBackup.Architecture.Tests

            public sealed record ApiSample : IDisposable
                ApiSample(int Count)
                IReadOnlyList<string?> Items { get; init; }
                const int Limit = 3
                int Count { get; init; }
                required string? Name { get; init; }
                static ApiSample? Find<T>(string key, out long? value, T? extra, int limit = 3)
                static readonly ApiSample Empty
                void Dispose()

            [Flags] public enum ApiSample.Kind : byte
                A = 1
                B = 2

            """,
            text);
    }

    [Fact]
    public void A_generated_type_is_a_count_and_a_hash_of_its_members()
    {
        string text = new ApiPrinter(new HashSet<string> { "ApiSample" })
            .Print([typeof(ApiSample), typeof(ApiSample.Kind)]);
        Assert.Matches(@" enum ApiSample\.Kind : byte // generated: 2 members, [0-9a-f]{16}\n", text);
        Assert.Equal(2, text.Split('\n').Select(l => l.Split(", ")[^1]).Distinct().Count(l => l.Length == 16));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(l => l.Length > 0);
}
