using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Policies.Running;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Cli.Policies;

/// <summary>Opens what policies name; what they leave open is that of the line.</summary>
internal static class PolicyPlaces
{
    /// <summary>The places, for the engine.</summary>
    internal static PolicyAccess Of(CommandContext context) => new()
    {
        ConnectAsync = async (uri, cancellationToken) =>
        {
            var settings = context.Settings with { ConnectUri = uri ?? context.Settings.ConnectUri };
            return await HostConnection.ConnectAsync(settings, cancellationToken);
        },
        OpenAsync = async (repository, cancellationToken) =>
        {
            var secret = repository is { KeyFile: null, PassphraseFile: null }
                ? context.Settings.ReadSecret()
                : SecretFile.Read(repository.PassphraseFile, repository.KeyFile);
            return await Repository.OpenAsync(
                repository.Directory, secret, context.Environment.Time, cancellationToken);
        },
    };
}
