using Xunit;

namespace LibvirtBackup.Architecture.Tests;

internal static class Breaches
{
    /// <summary>
    /// Fails with all breaches, one in a line, instead of the first few that a collection assert shows.
    /// </summary>
    public static void None(IEnumerable<string> breaches)
    {
        string[] found = [.. breaches];
        if (found.Length > 0)
            Assert.Fail($"{found.Length} found:\n{string.Join('\n', found)}");
    }
}
