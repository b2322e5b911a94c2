using LibvirtBackup;
using LibvirtBackup.Clients;
using LibvirtBackup.HealthChecks;
using WebApi;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddLibvirtBackup();
builder.Services.AddSingleton<BackupStream>();
builder.Services.AddHealthChecks()
    .AddTypeActivatedCheck<HostHealthCheck>("libvirt", "qemu:///system")
    .AddTypeActivatedCheck<RepositoryHealthCheck>("backups", "/srv/backup", TimeSpan.FromHours(30));

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/domains", async (BackupClient client, CancellationToken cancellationToken) =>
{
    await using var host = await client.ConnectAsync("qemu:///system", cancellationToken);
    return await host.ListDomainsAsync(cancellationToken);
});

// curl -N -X POST http://localhost:5000/domains/web1/backups
app.MapPost("/domains/{domain}/backups", (string domain, BackupStream stream, CancellationToken cancellationToken) =>
    TypedResults.ServerSentEvents(stream.RunAsync(domain, cancellationToken)));
await app.RunAsync();
