using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.InstantRecovery;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary>What <c>boot</c> prints.</summary>
internal static class BootOutput
{
    /// <summary>Prints all domains that run from a repository.</summary>
    /// <returns>The exit code.</returns>
    internal static int List(CommandContext context)
    {
        var known = context.Get<InstantBooter>().List();
        if (context.Settings.Json)
            context.PrintJson(BootDocument.Of(known, []), CliJson.Documents.BootDocument);
        else
            TextTable.Write(
                context.Console,
                ["Name", "Point", "Server", "Directory"],
                [.. known.Select(one => (string[])[
                    one.Domain.Name, one.Domain.Point, one.Server is { } pid ? $"pid {pid}" : "not running",
                    one.Domain.Directory])],
                heading: !context.Settings.Quiet);
        return ExitCode.Done;
    }

    /// <summary>Says what was done.</summary>
    internal static void Tell(CommandContext context, InstantReport report)
    {
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        var name = report.Domain.Name;
        context.Note((report.IsNew, report.ServerStarted, report.GuestResumed) switch
        {
            (true, _, _) => $"domain '{name}' runs from point {report.Domain.Point}; keep it by 'lvbackup boot --name "
                + $"{name} --finish', throw it away by 'lvbackup boot --name {name} --discard'",
            (_, true, true) => $"the server of domain '{name}' is back, and its guest goes on",
            (_, true, false) => $"the server of domain '{name}' is back",
            (_, false, true) => $"the guest of domain '{name}' goes on",
            (_, false, false) => $"domain '{name}' needed no help",
        });
    }

    /// <summary>Prints a domain that does not run from the repository any more.</summary>
    internal static void Finish(CommandContext context, InstantDomain domain, IReadOnlyList<string> warnings)
    {
        foreach (var warning in warnings)
            context.Warn(warning);
        Print(context, [domain], warnings);
    }

    /// <summary>Prints the domains that the command was about.</summary>
    internal static void Print(
        CommandContext context, IReadOnlyList<InstantDomain> domains, IReadOnlyList<string> warnings)
    {
        if (context.Settings.Json)
        {
            var servers = context.Get<InstantBooter>().List()
                .ToDictionary(known => known.Domain.Uuid, known => known.Server);
            context.PrintJson(
                BootDocument.Of([.. domains.Select(one => (one, servers.GetValueOrDefault(one.Uuid)))], warnings),
                CliJson.Documents.BootDocument);
            return;
        }

        foreach (var domain in domains)
            context.Print(domain.Name);
    }
}
