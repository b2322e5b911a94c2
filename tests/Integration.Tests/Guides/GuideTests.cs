using LibvirtBackup.Documentation;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Guides;

/// <summary>Every command of the documentation does on a real guest what the page says.</summary>
public sealed class GuideTests(GuideHost host, ITestOutputHelper output) : IClassFixture<GuideHost>
{
    /// <summary>Pages whose commands want an operating system in the guest.</summary>
    private static readonly string[] s_withAgent = ["docs/consistency.md", "docs/instant-recovery.md"];

    private static string Root { get; } =
        Path.GetDirectoryName(Path.GetDirectoryName(LabScript.Path))!;

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")
        .Append(Path.Combine(Root, "README.md"))
        .Select(path => Path.GetRelativePath(Root, path))
        .Where(page => Read(page).Any(step => step.IsRun))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_commands_of_a_page_do_what_it_says(string page)
    {
        await host.StartAsync();
        var steps = Read(page);
        await using var guest = await host.MakeGuestAsync(runs: s_withAgent.Contains(page));
        var result = await host.RunAsync(GuideScript.Write(steps));
        output.WriteLine(result.Output);
        Assert.True(result.ExitCode == 0, $"the last block of {page} that was begun failed with {result.ExitCode}");
        foreach (var step in steps.Where(step => step.IsRun))
            Assert.Null(GuideScript.Missing(step, result.Output));
    }

    private static IReadOnlyList<GuideStep> Read(string page) =>
        GuidePage.Read(page, File.ReadAllLines(Path.Combine(Root, page)));
}
