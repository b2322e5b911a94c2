namespace LibvirtBackup.Cli.Tests;

public sealed class GlobalSettingsTests
{
    [Theory]
    [InlineData("/var/lib/lvbackup", true)]
    [InlineData("/home/u/.local/state/lvbackup", false, "HOME=/home/u")]
    [InlineData("/x/state/lvbackup", false, "HOME=/home/u", "XDG_STATE_HOME=/x/state")]
    [InlineData("/home/u/.local/state/lvbackup", false, "HOME=/home/u", "XDG_STATE_HOME=relative")]
    [InlineData("/var/lib/lvbackup", true, "XDG_STATE_HOME=/x/state")]
    [InlineData("/s", true, "LVBACKUP_STATE=/s")]
    public void The_state_directory_has_a_default_for_everyone(string expected, bool root, params string[] variables) =>
        Assert.Equal(expected, Resolve("completion", root, variables).StateDirectory);

    [Fact]
    public void Options_win_over_the_environment()
    {
        string[] variables = ["LIBVIRT_DEFAULT_URI=env", "LVBACKUP_REPO=env", "LVBACKUP_STATE=env"];
        var settings = Resolve("completion -c opt -r opt --state-dir opt", root: false, variables);
        Assert.Equal(("opt", "opt", "opt"),
            (settings.ConnectUri, settings.RepositoryDirectory, settings.StateDirectory));

        settings = Resolve("completion", root: false, variables);
        Assert.Equal(("env", "env", "env"),
            (settings.ConnectUri, settings.RepositoryDirectory, settings.StateDirectory));
    }

    [Fact]
    public void An_empty_variable_counts_as_not_set() =>
        Assert.Null(Resolve("completion", root: false, ["LIBVIRT_DEFAULT_URI="]).ConnectUri);

    [Fact]
    public void Global_options_may_stand_before_the_command()
    {
        var settings = Resolve("-qv --json completion", root: false, []);
        Assert.Equal((true, true, true, false),
            (settings.Quiet, settings.Verbose, settings.Json, settings.ShowProgress));
    }

    private static GlobalSettings Resolve(string line, bool root, string[] variables)
    {
        var values = variables.Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);
        var environment = new CliEnvironment
        {
            Variable = values.GetValueOrDefault,
            IsRoot = root,
            Time = TimeProvider.System,
            Program = [],
        };
        var commandLine = new CommandLine();
        return GlobalSettings.Resolve(commandLine.Options, commandLine.Parse(line.Split(' ')), environment);
    }
}
