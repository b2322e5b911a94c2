using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Without_a_daemon_one_line_says_what_to_check()
    {
        const string uri = "qemu+unix:///system?socket=/no/such/socket";
        var result = await CliHost.RunAsync("-c", uri, "checkpoint-list", "web", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"lvbackup: cannot connect to libvirt at '{uri}': ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "; check the URI (--connect), that libvirtd or virtqemud runs, and that you may use it\n", result.Error,
            StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
        Assert.Contains("\"exitCode\": 1,", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_uri_of_the_environment_is_used()
    {
        var variables = new Dictionary<string, string> { ["LIBVIRT_DEFAULT_URI"] = "test:///default" };
        var result = await CliHost.RunAsync(variables, "checkpoint-info", "test", "none");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "lvbackup: domain 'test' has no checkpoint 'none'; see 'lvbackup checkpoint-list test'\n", result.Error);
    }

    [Theory]
    [InlineData("qemu+ssh://root:secret@localhost/system")]
    [InlineData("qemu+tcp://root:secret@localhost/system")]
    public async Task A_password_in_a_uri_is_refused_and_not_repeated(string uri)
    {
        var result = await CliHost.RunAsync("-c", uri, "checkpoint-list", "web", "--json");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            "lvbackup: the URI (--connect) has a password, which process lists and logs would show; leave it out: ssh "
            + "has keys, and for SASL libvirt reads auth.conf\n",
            result.Error);
        Assert.DoesNotContain("secret", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_uri_that_no_driver_knows_is_a_failure_of_one_line()
    {
        var result = await CliProcess.RunAsync("-c", "bogus:///x", "checkpoint-list", "web");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Out);
        Assert.Matches("^lvbackup: cannot connect to libvirt at 'bogus:///x': [^\n]+\n$", result.Error);
    }
}
