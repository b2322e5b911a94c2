using System.Runtime.CompilerServices;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>The outcome of a suite, kept beside the tests; docs/chain-operations.md is made of all of them.</summary>
internal static class OperationTable
{
    /// <summary>Compares with what is kept, or replaces it when <c>LVB_UPDATE_GOLDEN=1</c>.</summary>
    internal static async Task CompareAsync(
        string suite, IReadOnlyList<string> rows, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Folder(), $"{suite}.tsv");
        var text = string.Join('\n', rows) + '\n';
        if (Environment.GetEnvironmentVariable("LVB_UPDATE_GOLDEN") is "1")
            await File.WriteAllTextAsync(path, text, cancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(path, cancellationToken), text);
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Outcomes");
}
